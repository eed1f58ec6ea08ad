using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pipeline.GitWebhooks.Http;

/// <summary>How the body of a delivery was read.</summary>
internal enum BodyRead
{
    /// <summary>All of it.</summary>
    Complete,

    /// <summary>It is larger than any delivery of a forge.</summary>
    TooLarge,

    /// <summary>Other bodies take all the memory there is for them.</summary>
    NoRoom,
}

/// <summary>
/// A body of somebody who is not known yet. It is held in pieces too small for the large object heap and for any pool, counted against the
/// budget piece by piece as it arrives, and given back when the request ends.
/// </summary>
internal sealed class DeliveryBody(BodyBudget budget) : IDisposable
{
    /// <summary>GitHub sends no larger body.</summary>
    public const int Largest = 25 * 1024 * 1024;

    private const int Piece = 32 * 1024;
    private readonly List<byte[]> pieces = [];
    private int length;

    public async Task<BodyRead> ReadAsync(HttpContext http, CancellationToken ct)
    {
        // Also for a body that is not read: after the answer Kestrel reads on for some seconds and keeps nothing, so that a sender that
        // sends everything first hears why. A body above Kestrel's limit would be cut off instead.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        if (http.Request.ContentLength > Largest)
            return BodyRead.TooLarge;
        while (true)
        {
            var used = length % Piece;
            if (used == 0)
            {
                if (!budget.TryTake(Piece))
                    return BodyRead.NoRoom;
                pieces.Add(new byte[Piece]);
            }

            var read = await http.Request.Body.ReadAsync(pieces[^1].AsMemory(used), ct);
            if (read == 0)
                return BodyRead.Complete;
            length += read;
            if (length > Largest)
                return BodyRead.TooLarge;
        }
    }

    public byte[] ToArray()
    {
        var whole = new byte[length];
        for (var i = 0; i * Piece < length; i++)
            pieces[i].AsSpan(0, Math.Min(Piece, length - (i * Piece))).CopyTo(whole.AsSpan(i * Piece));
        return whole;
    }

    /// <summary>The pieces in their order, for who need not have them in one.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Pieces =>
        pieces.Select((piece, i) => (ReadOnlyMemory<byte>)piece.AsMemory(0, Math.Clamp(length - (i * Piece), 0, Piece)));

    public void Dispose()
    {
        budget.GiveBack((long)pieces.Count * Piece);
        pieces.Clear();
    }
}
