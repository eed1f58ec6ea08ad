global using Task = System.Threading.Tasks.Task;
global using TaskState = Pipeline.Mesos.TaskState;
