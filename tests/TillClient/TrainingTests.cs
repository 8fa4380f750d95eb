using Bookmine.TillClient;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Screens;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.TillClient;

/// <summary>Practising on a till: everything works, and nothing of it is ever posted. And what a font with only ASCII shows.</summary>
public sealed class TrainingTests
{
    [Fact]
    public async Task What_is_sold_in_training_is_in_nobodys_journal_and_each_training_begins_afresh()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        for (var i = 0; i < 2; i++)
        {
            using var till = Practise(shop);
            var (outcome, transId) = await till.SellAsync(Sales.Of(Sales.Garden));
            Assert.Equal((1L, null), (outcome.Entry!.Number, transId));
            Assert.Contains("TRAINING - NOT A SALE", (await till.DocketAsync("D1"))!.ToText(), StringComparison.Ordinal);
            Assert.EndsWith("TRAINING", till.Identity.Name, StringComparison.Ordinal);
            await Assert.ThrowsAsync<TillException>(() => till.SynchroniseAsync());
        }
        Assert.True((await shop.ResyncAsync("front")).Agree);
        Assert.Equal(1, shop.Number("SELECT count(*) FROM document"));
    }

    [Fact]
    public async Task A_training_folder_opened_as_a_till_reaches_no_server()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        using (var till = Practise(shop))
        {
            await till.SellAsync(Sales.Of(Sales.Garden));
        }
        Assert.Throws<TillException>(() => Till.Open(Path.Combine(shop.TillFolder("front"), "training"), false, shop.Clock));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM document"));
    }

    [Theory]
    [InlineData("NORMAL · all posted · 2d", "NORMAL | all posted | 2d")]
    [InlineData("Die Ñandús … “größte” £5", "Die Nandus . \"grosste\" GBP5")]
    [InlineData("日本 😀!", "?? ?!")]
    public void A_font_that_has_only_ASCII_shows_the_nearest_letters(string text, string shown) => Assert.Equal(shown, Ascii.Fold(text));

    [Theory]
    [InlineData("NORMAL · “größte” Ñandú’s 1–2…", "NORMAL · \"größte\" Ñandú's 1-2.")]
    [InlineData("plain", "plain")]
    public void A_bare_console_shows_its_letters_and_plain_marks(string text, string shown) => Assert.Equal(shown, Ascii.PlainMarks(text));

    private static Till Practise(Shop shop)
    {
        var machine = TillMachine.This(shop.Clock);
        return Till.Open(Training.Prepare(shop.TillFolder("front"), machine), disconnected: true, Training.WithoutServer(machine));
    }
}
