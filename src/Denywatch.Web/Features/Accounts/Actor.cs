using System.Security.Claims;
using Denywatch.Storage.Entities;

namespace Denywatch.Web.Features.Accounts;

/// <summary>Who does a deed.</summary>
public sealed record Actor(Guid? Id, string Name, AccountRole Role)
{
    /// <summary>Denywatch itself; its name can be nobody's.</summary>
    public static Actor System { get; } = new(null, "system", AccountRole.Admin);

    public bool May(Policy policy) => (int)Role >= (int)policy;

    /// <summary>The actor a signed-in user or an API token stands for; without a role claim, one who may only read.</summary>
    public static Actor Of(ClaimsPrincipal user)
    {
        ArgumentNullException.ThrowIfNull(user);
        var role = Enum.TryParse<AccountRole>(user.FindFirstValue(ClaimTypes.Role), out var known)
            ? known
            : AccountRole.Viewer;
        Guid? id = Guid.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var found) ? found : null;
        return new(id, user.Identity?.Name ?? "unknown", role);
    }
}
