using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Policy;

namespace Pipeline.Scheduler.Tests.Core.Policy;

public sealed class TimeZoneTests
{
    [Theory]
    [InlineData("UTC", true)]
    [InlineData("Europe/Athens", true)]
    [InlineData("America/Argentina/Buenos_Aires", true)]
    [InlineData("Etc/GMT+5", true)]
    [InlineData("Athens", false)]
    [InlineData("", false)]
    [InlineData("E. Europe Standard Time", false)]
    [InlineData("/usr/share/zoneinfo/Europe/Athens", false)]
    [InlineData("Europe/../Europe/Athens", false)]
    [InlineData("./UTC", false)]
    [InlineData("../../../../dev/zero", false)]
    [InlineData("Europe", false)]
    [InlineData("UTC\n", false)]
    [InlineData("UTC\0", false)]
    [InlineData("tzdata.zi", false)]
    [InlineData("posixrules", false)]
    [InlineData("posix/Europe/Athens", false)]
    [InlineData("right/Europe/Athens", false)]
    [InlineData("localtime", false)]
    [InlineData("Factory", false)]
    public void A_time_zone_is_an_IANA_name_and_no_path(string text, bool valid)
    {
        Assert.Equal(valid, Schedules.IsTimeZone(text));
        Assert.Equal(valid, CronRule.Parse(new Schedule("0 3 * * *", text)).Rule is not null);
    }
}
