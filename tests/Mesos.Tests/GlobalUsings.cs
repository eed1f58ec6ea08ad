global using Task = System.Threading.Tasks.Task;
global using Pipeline.Mesos.Tests.Harness;
