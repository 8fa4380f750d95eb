using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A way to pay.</summary>
/// <param name="Code">A lower-case word, as sales files name it.</param>
/// <param name="GivesChange">Whether change is given back from it, as from cash.</param>
public sealed record PaymentMethod(string Code, string Name, bool GivesChange);

/// <summary>How customers pay.</summary>
public sealed class PaymentMethods(IServerDatabase database, TimeProvider clock)
{
    private const int MostCode = 20;

    public static List<PaymentMethod> All(Session session) =>
        [.. TableSql.Where(session, BookmineSetup.PaymentMethod, "1 = 1 ORDER BY id")
            .Select(r => new PaymentMethod(r.Text("code"), r.Text("name"), r.Integer("gives_change") == 1))];

    /// <summary>A branch that rounds cash has the method that what is rounded off is recorded as.</summary>
    internal static void RequireRounding(Session session, CashRounding rounding)
    {
        if (rounding.StepCents > 0 && session.Scalar("SELECT 1 FROM payment_method WHERE code = @code", Schema.PaymentMethods.Rounding) is null)
        {
            session.Execute(
                "INSERT INTO payment_method (id, code, name, gives_change) SELECT max(id) + 1, @code, 'Rounding', 0 FROM payment_method",
                    Schema.PaymentMethods.Rounding);
        }
    }

    /// <exception cref="ShopException">The code is none, or taken.</exception>
    public void Add(Actor actor, PaymentMethod method)
    {
        var code = method.Code;
        if (code.Length is 0 or > MostCode || !code.All(c => char.IsAsciiLetterLower(c) || c is '-' or '_'))
        {
            throw new ShopException($"“{code}” is no code: give up to {MostCode} lower-case letters, such as gift-card.");
        }
        database.Doing(clock, actor, "payment-method add", (session, rights) =>
        {
            rights.DemandAdmin();
            if (session.Scalar("SELECT 1 FROM payment_method WHERE code = @code", code) is not null)
            {
                throw new ShopException($"There is a payment method {code} already.");
            }
            session.Execute(
                "INSERT INTO payment_method (id, code, name, gives_change) SELECT max(id) + 1, @code, @name, @change FROM payment_method",
                code, method.Name, method.GivesChange ? 1L : 0L);
            return new Done<bool>(true, $"payment method {code}");
        });
    }
}
