using System.Collections;
using Google.Protobuf;

namespace Pipeline.Mesos.Wire;

/// <summary>proto2's required fields, which C#'s parser does not check.</summary>
public static class RequiredFields
{
    /// <summary>Paths such as <c>subscribe.framework_info.user</c>.</summary>
    public static IReadOnlyList<string> Missing(IMessage message)
    {
        var missing = new List<string>();
        Find(message, "", missing);
        return missing;
    }

    private static void Find(IMessage message, string path, List<string> missing)
    {
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            if (field.IsMap)
                FindInMap((IDictionary)field.Accessor.GetValue(message), path + field.Name, missing);
            else if (field.IsRepeated)
                FindInList((IList)field.Accessor.GetValue(message), path + field.Name, missing);
            else if (!field.Accessor.HasValue(message))
            {
                if (field.IsRequired)
                    missing.Add(path + field.Name);
            }
            else if (field.Accessor.GetValue(message) is IMessage nested)
                Find(nested, path + field.Name + ".", missing);
        }
    }

    private static void FindInMap(IDictionary map, string path, List<string> missing)
    {
        foreach (DictionaryEntry entry in map)
        {
            if (entry.Value is IMessage nested)
                Find(nested, $"{path}[{entry.Key}].", missing);
        }
    }

    private static void FindInList(IList list, string path, List<string> missing)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is IMessage nested)
                Find(nested, $"{path}[{i}].", missing);
        }
    }
}
