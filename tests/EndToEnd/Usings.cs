global using Pipeline.TestKit;
