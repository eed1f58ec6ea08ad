global using Pipeline.TestKit;

// Real processes on two cores: one scenario at a time keeps each as fast as a user would see it.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
