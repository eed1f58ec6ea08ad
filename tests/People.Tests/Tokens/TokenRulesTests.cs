using Pipeline.Kernel;
using Pipeline.People.Contract.Views;
using Pipeline.People.Core;

namespace Pipeline.People.Tests.Tokens;

public sealed class TokenRulesTests
{
    private static readonly NewToken Good = new("eleni", null, null, null, null, null);

    public static TheoryData<NewToken> Allowed =>
    [
        Good,
        Good with { Login = "7" },
        Good with { Login = "a.B_c-9" },
        Good with { Login = new string('a', 64) },
        Good with { Kind = "person" },
        Good with { Kind = "token" },
        Good with { Permissions = [] },
        Good with { Permissions = Permission.All },
        Good with { Groups = ["release managers"], Emails = ["é@example.org"] },
        Good with { ExpiresInDays = 1 },
        Good with { ExpiresInDays = 3650 },
    ];

    [Theory]
    [MemberData(nameof(Allowed))]
    public void What_is_allowed_up_to_its_edges_is_not_refused(NewToken wanted) => Assert.Null(TokenRules.Refuse(wanted));

    public static TheoryData<string, NewToken> Refused => new()
    {
        { "login", Good with { Login = null } },
        { "login", Good with { Login = "" } },
        { "login", Good with { Login = new string('a', 65) } },
        { "login", Good with { Login = "_a" } },
        { "login", Good with { Login = "élan" } },
        { "login", Good with { Login = "a/b" } },
        { "login", Good with { Login = "a\n" } },
        { "kind", Good with { Kind = "" } },
        { "kind", Good with { Kind = "Person" } },
        { "permissions", Good with { Permissions = ["View"] } },
        { "permissions", Good with { Permissions = ["view", "root"] } },
        { "permissions", Good with { Permissions = [""] } },
        { "permissions", Good with { Permissions = [null!] } },
        { "permissions", Good with { Permissions = ["view", null!, "root"] } },
        { "groups", Good with { Groups = ["operators", null!] } },
        { "groups", Good with { Groups = [" "] } },
        { "groups", Good with { Groups = ["a\0b"] } },
        { "emails", Good with { Emails = [null!] } },
        { "emails", Good with { Emails = ["a@example.org\r\n"] } },
        { "expiresInDays", Good with { ExpiresInDays = 0 } },
        { "expiresInDays", Good with { ExpiresInDays = -1 } },
        { "expiresInDays", Good with { ExpiresInDays = 3651 } },
        { "expiresInDays", Good with { ExpiresInDays = int.MinValue } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_not_allowed_is_refused_by_its_field(string field, NewToken wanted) =>
        Assert.Equal(field, TokenRules.Refuse(wanted)?.Field);

    [Fact]
    public void A_refusal_names_what_was_wrong_and_what_would_be_right()
    {
        Assert.Equal(
            "Unknown permission 'root'. The permissions are view, build, promote, approve, hold, operate, administer.",
            TokenRules.Refuse(Good with { Permissions = ["view", null!, "root"] })?.Detail);
        Assert.Equal("'robot' is not a kind of token. Use person or token.", TokenRules.Refuse(Good with { Kind = "robot" })?.Detail);
        Assert.Equal(
            "One of the groups is empty, or has a control character in it. Leave it out.",
            TokenRules.Refuse(Good with { Groups = [""] })?.Detail);
    }
}
