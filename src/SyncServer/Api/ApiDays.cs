using System.ComponentModel;
using System.Text;
using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Endpoints;
using Bookmine.SyncServer.Reports;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Bookmine.SyncServer.Api;

/// <summary>A branch's days: figures, accounts, closing.</summary>
internal static class ApiDays
{
    public static void MapDays(this RouteGroupBuilder api)
    {
        api.MapGet("/totals", TotalsAsync).RequireAuthorization("accounts:read").WithSummary("A branch's figures by day, by posting");
        api.MapGet("/totals/{per}", ReportAsync).RequireAuthorization("accounts:read")
            .WithSummary("A branch's figures by till, operator, tender, category, hour, month or day, by posting");
        api.MapGet("/closed_days", ClosedAsync).RequireAuthorization("accounts:read").WithSummary("Days that were closed, as they stood then");
        api.MapGet("/accounts/{day}", AccountsAsync).RequireAuthorization("accounts:read")
            .WithSummary("A branch's day as double entry, as JSON or CSV");
        api.MapPost("/closed_days", CloseAsync).RequireAuthorization("accounts:write")
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithSummary("Close a branch's day");
    }

    private static Task<Ok<ApiList<DayTotals>>> TotalsAsync(
        [Description("Its number")] long branch, [Description("Such as 2026-11-23")] string from, string to, HttpContext context,
        IServerDatabase database, RequestGate gate, TimeProvider clock) => ApiV1.WholeAsync(context, gate, rights =>
    {
        rights.Demand(branch);
        var (first, last) = (DayOf(from), DayOf(to));
        return database.Writing(session =>
        {
            Branches.Require(session, branch);
            return DayTotals.ReadClosed(session, branch, first, last, byTaken: false, clock.GetUtcNow().ToUnixTimeMilliseconds());
        });
    });

    private static Task<Ok<ApiList<ReportRow>>> ReportAsync(
        [Description("till, operator, tender, category, hour, month or day")] string per, [Description("Its number")] long branch,
        [Description("Such as 2026-11-23")] string from, string to, HttpContext context, IServerDatabase database, RequestGate gate, TimeProvider clock) =>
        ApiV1.WholeAsync(context, gate, rights =>
        {
            rights.Demand(branch);
            var (first, last) = (DayOf(from), DayOf(to));
            var by = Enum.TryParse<ReportBy>(per, ignoreCase: true, out var read) && read != ReportBy.Branch && !char.IsAsciiDigit(per[0]) ? read
                : throw new ShopException($"“{per}” is nothing that totals are told apart by: till, operator, tender, category, hour, month and day are.");
            return database.Writing(session =>
            {
                Branches.Require(session, branch);
                Posting.Counter.NotBefore(session, clock.GetUtcNow().ToUnixTimeMilliseconds());
                return SalesReports.Read(session, by, [branch], first, last);
            });
        });

    private static Task<Ok<ApiList<ClosedDayItem>>> ClosedAsync(
        HttpContext context, IServerDatabase database, RequestGate gate, long? branch = null, string from = "2000-01-01", string to = "2999-12-31") =>
        ApiV1.WholeAsync(context, gate, rights => database.Reading(session =>
            DayClosings.List(session, rights.Among(branch), DayOf(from), DayOf(to)).ConvertAll(ItemOf)));

    private static Task<Results<Ok<ClosedDayItem>, ProblemHttpResult>> CloseAsync(CloseDayRequest body, HttpContext http, [AsParameters] Once once) =>
        once.DoAsync(http, body, (database, actor) => ItemOf(new DayClosings(database, once.Judged).Close(actor, body.Branch, DayOf(body.Day), body.Note)));

    private static async Task<Results<Ok<ApiList<AccountRow>>, FileContentHttpResult, ProblemHttpResult>> AccountsAsync(
        [Description("Such as 2026-11-23")] string day, [Description("Its number")] long branch, HttpContext http, IServerDatabase database,
        RequestGate gate, TimeProvider clock, [Description("json or csv")] string format = "json")
    {
        ApiKeyAuthentication.RightsOf(http).Demand(branch);
        var of = DayOf(day);
        var rows = await gate.Pages.RunAsync(() => database.Writing(session =>
        {
            Branches.Require(session, branch);
            return Accounts.OfDay(session, branch, of, clock.GetUtcNow().ToUnixTimeMilliseconds());
        }), http.RequestAborted);
        return format == "csv" ? TypedResults.File(Encoding.UTF8.GetBytes(Accounts.Csv(rows)), "text/csv", $"accounts-{branch}-{day}.csv")
            : TypedResults.Ok(new ApiList<AccountRow>(rows, null, More: false));
    }

    private static ClosedDayItem ItemOf(DayClosing c) => new(
        c.Branch, BranchDay.Format(c.Day), Instant.Format(c.ClosedAt), c.ClosedBy, c.Figures, c.Note, c.IsSound);

    private static int DayOf(string text) => BranchDay.TryParse(text, out var day) ? day
        : throw new ShopException($"“{text}” is no day. Give one such as 2026-11-23.");
}

/// <summary>Which day is closed.</summary>
/// <param name="Day">Such as 2026-11-23.</param>
public sealed record CloseDayRequest(long Branch, string Day, string? Note = null);

/// <summary>A closed day, with its figures as they stood then.</summary>
/// <param name="Sound">Whether they are those that the server has signed.</param>
public sealed record ClosedDayItem(long Branch, string Day, string ClosedAt, string ClosedBy, DayTotals Figures, string? Note, bool Sound);
