namespace Pipeline.Server.Tests.Tidy.Reading;

/// <summary>The strongly connected components of a graph that have more than one node (Tarjan).</summary>
public static class Circles
{
    public static IReadOnlyList<IReadOnlyList<string>> Of(IEnumerable<(string From, string To)> edges)
    {
        var next = edges.Where(e => e.From != e.To).ToLookup(e => e.From, e => e.To);
        var search = new Search(next);
        foreach (var node in next.Select(n => n.Key).Order(StringComparer.Ordinal))
            search.Visit(node);
        return [.. search.Found.OrderByDescending(c => c.Count).ThenBy(c => c[0], StringComparer.Ordinal)];
    }

    private sealed class Search(ILookup<string, string> next)
    {
        private readonly Dictionary<string, (int Index, int Low)> seen = [];
        private readonly Stack<string> path = new();
        private readonly HashSet<string> onPath = [];

        public List<IReadOnlyList<string>> Found { get; } = [];

        public void Visit(string node)
        {
            if (!seen.TryAdd(node, (seen.Count, seen.Count)))
                return;
            path.Push(node);
            onPath.Add(node);
            foreach (var to in next[node])
            {
                var known = seen.ContainsKey(to);
                Visit(to);
                if (onPath.Contains(to))
                    seen[node] = seen[node] with { Low = Math.Min(seen[node].Low, known ? seen[to].Index : seen[to].Low) };
            }

            if (seen[node].Low == seen[node].Index)
                Take(node);
        }

        private void Take(string first)
        {
            var members = new List<string>();
            do
            {
                members.Add(path.Pop());
                onPath.Remove(members[^1]);
            }
            while (members[^1] != first);
            if (members.Count > 1)
                Found.Add([.. members.Order(StringComparer.Ordinal)]);
        }
    }
}
