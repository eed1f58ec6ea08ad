global using Task = System.Threading.Tasks.Task;
global using TaskState = Pipeline.Mesos.TaskState;
global using Pipeline.Mesos.Tests.Harness;
