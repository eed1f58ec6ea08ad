using Pipeline.GitWebhooks.Core;

namespace Pipeline.GitWebhooks.Tests.Core;

public sealed class DeliveryHeadersTests
{
    [Theory]
    [InlineData("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", "sha256=757107ea…")]
    [InlineData("x-hub-signature", "sha1=757107ea0eb2509fc211221cce984b8a37570b6d", "sha1=757107ea…")]
    [InlineData("X-Hub-Signature-256", "sha256=7571", "sha256=…")]
    [InlineData("X-Hub-Signature-256", "sha256=757107ea…", "sha256=757107ea…")]
    [InlineData("X-Hub-Signature-256", "sha256=757107eaf…", "sha256=757107ea…")]
    [InlineData("X-Signature", "757107ea0eb2", "757107ea…")]
    [InlineData("X-Gitlab-Token", "secret", "…")]
    [InlineData("X-Hub-Signature-256", "", "…")]
    [InlineData("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958", "72d3162e-cc78-11e3-81ab-4c9367dc0958")]
    public void Of_a_signature_the_beginning_is_shown_and_of_anything_else_all(string name, string value, string shown) =>
        Assert.Equal(shown, DeliveryHeaders.Shown(name, value));
}
