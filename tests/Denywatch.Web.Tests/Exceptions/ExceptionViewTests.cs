using Denywatch.Events;
using Denywatch.Events.Exceptions;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Features.Explorer;
using FsCheck.Xunit;

namespace Denywatch.Web.Tests.Exceptions;

public sealed class ExceptionViewTests
{
    [Property(MaxTest = 200)]
    public void A_form_opened_from_its_address_is_the_same_form(byte[] seeds, byte days, bool leavesPast)
    {
        var view = new ExceptionView
        {
            Days = 1 + days,
            LeavesPast = leavesPast,
            AlertId = days % 2 == 0 ? 12 : null,
            TimeOfDay = days % 3 == 0 ? new(new(22, 0), new(6, days / 5 % 12 * 5), "Europe/Berlin") : null,
        };
        foreach (var seed in seeds)
        {
            var field = (FilterField)(seed % Enum.GetValues<FilterField>().Length);
            view = view.With(ExplorerFilter.Of(field, ExplorerWords.Example(field).Split(' ')[seed > 128 ? ^1 : 0])!);
        }

        var again = ExceptionView.Parse(new Uri($"http://here{view.ToUrl()}").Query);

        Assert.Equal(view.ToUrl(), again.ToUrl());
        Assert.Equal(view.Scope.ToString(), again.Scope.ToString());
        Assert.Equal(view.Scope.ToString(), ExceptionView.Of(view.Scope).Scope.ToString());
    }

    [Theory]
    [InlineData("?only=source:nonsense&days=0&alert=x&hours=25-26", "all traffic")]
    [InlineData("?only=source:10.2.3.4&not=port:22", "source 10.2.3.4")]
    [InlineData("?only=port:80&only=port:8000-8100&only=firewall:fw-1", "port 80 or 8000-8100, firewall fw-1")]
    public void What_makes_no_sense_in_an_address_is_left_out(string query, string scope) =>
        Assert.Equal(scope, ExceptionView.Parse(query).Scope.ToString());

    [Fact]
    public void Values_of_one_field_are_either_or_and_fields_must_all_hold()
    {
        var scope = new FlowScope
        {
            Sources = ["10.0.0.1", "10.0.0.2"],
            Ports = [new(22, 22)],
            Directions = [Direction.Inbound],
            SourceAs = [64500],
        };

        Assert.Equal(scope.ToString(), ExceptionView.Of(scope, 3).Scope.ToString());
    }
}
