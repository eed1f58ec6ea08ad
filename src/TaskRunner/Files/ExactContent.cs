using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Files;

/// <summary>A file as long as it was when it was opened: what is still appended to it would not fit its header.</summary>
internal sealed class ExactContent(Stream file, long length, string name) : Stream
{
    private long position;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (position == length || buffer.Length == 0)
            return 0;
        var read = file.Read(buffer[..(int)Math.Min(buffer.Length, length - position)]);
        position += read > 0 ? read : throw new DefinitionException($"'{name}' became shorter while it was packed.");
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        file.Dispose();
        base.Dispose(disposing);
    }
}
