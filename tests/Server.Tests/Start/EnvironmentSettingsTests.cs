namespace Pipeline.Server.Tests.Start;

public sealed class EnvironmentSettingsTests
{
    [Theory]
    [InlineData("PIPELINE_PublicUrl", "PublicUrl")]
    [InlineData("PIPELINE_ConnectionStrings__Pipeline", "ConnectionStrings:Pipeline")]
    [InlineData("PIPELINE_GitWebhooks__Secrets__0", "GitWebhooks:Secrets:0")]
    [InlineData("PIPELINE_Clusters__production__Masters__0", "Clusters:production:Masters:0")]
    [InlineData("PIPELINE_Clusters__infra_qa__Masters__0", "Clusters:infra-qa:Masters:0")]
    [InlineData("PIPELINE_Clusters__infra-qa__Masters__0", "Clusters:infra-qa:Masters:0")] // an EnvironmentFile of systemd can say so
    [InlineData("PIPELINE_CLUSTERS__a_b_c__ROLE", "CLUSTERS:a-b-c:ROLE")]
    [InlineData("PIPELINE_Clusters__x_y__Quotas__team_a__Tasks", "Clusters:x-y:Quotas:team_a:Tasks")] // an owner may have an underscore
    public void A_variable_is_a_setting(string variable, string key) =>
        Assert.Equal([new(key, "v")], EnvironmentSettings.Read(new Dictionary<string, string> { [variable] = "v" }));

    [Theory]
    [InlineData("PATH")]
    [InlineData("PIPELINE")]
    [InlineData("MY_PIPELINE_PublicUrl")]
    public void Variables_of_others_are_none(string variable) =>
        Assert.Empty(EnvironmentSettings.Read(new Dictionary<string, string> { [variable] = "v" }));

    [Fact]
    public void Keys_do_not_depend_on_case()
    {
        var settings = EnvironmentSettings.Read(new Dictionary<string, string> { ["pipeline_publicurl"] = "http://p" });

        Assert.Equal("http://p", settings["PublicUrl"]);
    }
}
