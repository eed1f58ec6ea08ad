using System.Globalization;
using Pipeline.Kernel;

namespace Pipeline.Embedded;

/// <summary>One server per data directory: two would run the same PostgreSQL and clusters and stop each other's.</summary>
internal sealed class DataLock : IDisposable
{
    private readonly FileStream file;

    private DataLock(FileStream file) => this.file = file;

    /// <exception cref="UsageException">Another server holds the directory.</exception>
    public static DataLock Take(string directory)
    {
        var path = Path.Combine(directory, "lock");
        try
        {
            // FileShare.None is an flock(2): the kernel lets go of it when the process ends, however it ends.
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file.SetLength(0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
            return new DataLock(file);
        }
        catch (IOException)
        {
            throw new UsageException($"Another Pipeline server uses {directory}. Stop it, or choose another folder: PIPELINE_DATA=… ./up");
        }
    }

    public void Dispose() => file.Dispose();
}
