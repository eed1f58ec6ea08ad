using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.Options;
using Pipeline.Kernel;
using Pipeline.Kernel.Files;

namespace Pipeline.People.Data;

/// <summary>
/// Encrypts the keys of cookies before they go to the database, with a key that is in a file beside the server's other keys (0600, its
/// folder 0700): who reads or writes the database alone can make nobody's session. Servers that share a database share this file.
/// </summary>
internal sealed class KeyFile(IOptions<PeopleOptions> options)
{
    private static readonly XName Element = "aes-256-gcm";
    private readonly Lazy<byte[]> key = new(() => ReadOrCreate(options.Value.KeyFile));

    /// <summary>What is wrong with the file, in a sentence for who has to mend it; null when it is right or not there yet.</summary>
    public static string? Problem(string path)
    {
        return PrivateFiles.Problem(path)
            ?? (new FileInfo(path) is { Exists: true, Length: not 32 }
                ? $"{path} is no key of 32 bytes. Restore it from a backup, or delete it: everybody signs in again."
                : null);
    }

    public XElement Encrypt(XElement plain)
    {
        var text = Encoding.UTF8.GetBytes(plain.ToString(SaveOptions.DisableFormatting));
        var sealedText = new byte[12 + 16 + text.Length];
        RandomNumberGenerator.Fill(sealedText.AsSpan(0, 12));
        using var aes = new AesGcm(key.Value, 16);
        aes.Encrypt(sealedText.AsSpan(0, 12), text, sealedText.AsSpan(28), sealedText.AsSpan(12, 16));
        return new XElement(Element, Convert.ToBase64String(sealedText));
    }

    /// <exception cref="CryptographicException">Another key encrypted it, or somebody changed it.</exception>
    public XElement Decrypt(XElement encrypted)
    {
        var sealedText = Convert.FromBase64String(encrypted.Value);
        if (sealedText.Length < 28)
            throw new CryptographicException("The key of cookies is cut short.");
        var text = new byte[sealedText.Length - 28];
        using var aes = new AesGcm(key.Value, 16);
        aes.Decrypt(sealedText.AsSpan(0, 12), sealedText.AsSpan(28), sealedText.AsSpan(12, 16), text);
        return XElement.Parse(Encoding.UTF8.GetString(text));
    }

    private static byte[] ReadOrCreate(string path)
    {
        PrivateFiles.MakeFolder(Path.GetDirectoryName(path)!);
        if (!File.Exists(path)) // of servers that start at once on the same folder the first one wins
            DurableFile.Create(path, RandomNumberGenerator.GetBytes(32), PrivateFiles.OwnerOnly);
        return Problem(path) is { } problem ? throw new UsageException(problem) : File.ReadAllBytes(path);
    }
}

/// <summary>For the framework, which stores the name of <see cref="KeyDecryptor"/> with each key.</summary>
internal sealed class KeyEncryptor(KeyFile file) : IXmlEncryptor
{
    public EncryptedXmlInfo Encrypt(XElement plaintextElement) => new(file.Encrypt(plaintextElement), typeof(KeyDecryptor));
}

/// <summary>Made by the framework from its stored name: never rename it.</summary>
internal sealed class KeyDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) => services.GetRequiredService<KeyFile>().Decrypt(encryptedElement);
}
