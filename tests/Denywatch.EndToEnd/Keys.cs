using Microsoft.Playwright;

namespace Denywatch.EndToEnd;

/// <summary>A keyboard, for whoever has no mouse.</summary>
public sealed class Keys(IPage page)
{
    private const int MostTabs = 80;

    public async Task PressAsync(params string[] keys)
    {
        foreach (var key in keys)
        {
            await page.Keyboard.PressAsync(key);
            await page.WaitForTimeoutAsync(150); // as a hand would
        }
    }

    /// <summary>Goes on with Tab until the field or button of that name has the focus.</summary>
    public async Task TabToAsync(string name)
    {
        for (var i = 0; i < MostTabs; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            var focused = await page.EvaluateAsync<string>(
                "(document.activeElement.labels?.[0] ?? document.activeElement).textContent"
            );
            if (focused.Trim().StartsWith(name, StringComparison.Ordinal))
                return;
        }
        Assert.Fail($"Tab does not lead to {name}.");
    }
}
