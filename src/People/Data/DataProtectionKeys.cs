using System.Xml.Linq;
using Dapper;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Pipeline.People.Data;

/// <summary>Keeps the keys of cookies in PostgreSQL, encrypted: a restart signs nobody out.</summary>
internal sealed class DataProtectionKeys(NpgsqlDataSource db, KeyFile file) : IConfigureOptions<KeyManagementOptions>, IXmlRepository
{
    public void Configure(KeyManagementOptions options)
    {
        options.XmlRepository = this;
        options.XmlEncryptor = new KeyEncryptor(file);
    }

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var connection = db.OpenConnection();
        // A key in the clear was not written by this server: whoever could write it could make any session.
        return [.. connection.Query<string>("SELECT xml FROM identity.data_protection_key").Select(XElement.Parse).Where(IsEncrypted)];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var connection = db.OpenConnection();
        connection.Execute(
            "INSERT INTO identity.data_protection_key (id, xml) VALUES (@friendlyName, @xml) ON CONFLICT (id) DO UPDATE SET xml = excluded.xml",
            new { friendlyName, xml = element.ToString(SaveOptions.DisableFormatting) });
    }

    private static bool IsEncrypted(XElement stored) =>
        stored.Name != "key" || stored.Descendants().Any(e => e.Name.LocalName == "encryptedSecret");
}
