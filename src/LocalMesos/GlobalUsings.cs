// The wire has a Task, too; here the word means the asynchronous one unless it is qualified.
global using Task = System.Threading.Tasks.Task;
