using Denywatch.Web.Features.Alerts;

namespace Denywatch.Web.Tests.Alerts;

public sealed class AlertCursorTests
{
    private readonly AlertCursor cursor = new();

    public AlertCursorTests() => cursor.Show([5, 4, 3, 2]);

    [Fact]
    public void The_first_key_goes_to_the_first_row_and_the_ends_hold()
    {
        Assert.Null(cursor.Current);
        Assert.Equal(5, cursor.Move(1));
        Assert.Equal(5, cursor.Move(-1));
        Assert.Equal(4, cursor.Move(1));
        Assert.Equal(2, cursor.Move(99));
    }

    [Fact]
    public void A_deed_is_for_the_chosen_rows_in_order_or_else_for_the_current_one()
    {
        cursor.GoTo(3);
        Assert.Equal([3L], cursor.Targets);

        cursor.Toggle(2);
        cursor.Toggle(5);
        Assert.Equal([5L, 2L], cursor.Targets);

        cursor.Toggle(5);
        cursor.ChooseNone();
        Assert.Equal([3L], cursor.Targets);
    }

    [Fact]
    public void A_new_list_keeps_the_place_and_drops_what_is_gone()
    {
        cursor.GoTo(4);
        cursor.Toggle(4);
        cursor.Toggle(2);

        cursor.Show([6, 5, 3, 2]);

        Assert.Equal(5, cursor.Current);
        Assert.Equal([2L], cursor.Chosen);

        cursor.Show([]);
        Assert.Null(cursor.Current);
        Assert.Null(cursor.Move(1));
    }
}
