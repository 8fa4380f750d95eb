using Bookmine.Schema;

namespace Bookmine.Tests.Schema;

/// <summary>The spellings that find one title.</summary>
public sealed class SearchWordsTests
{
    [Theory]
    [InlineData("oeuvre", "œuvre")]
    [InlineData("ŒUVRE", "oeuvre")]
    [InlineData("strasse", "straße")]
    [InlineData("keepers", "keeper's")]
    [InlineData("keeper’s", "keepers")]
    [InlineData("obrien", "o'brien")]
    [InlineData("letranger", "l'etranger")]
    [InlineData("youll", "you'll")]
    [InlineData("encyclopædia", "encyclopaedia")]
    public void A_word_has_the_spellings_that_mean_the_same(string typed, string stands) => Assert.Contains(stands, Assert.Single(SearchWords.Of(typed)));

    [Fact]
    public void Little_words_between_are_left_out_where_there_are_others()
    {
        Assert.Equal(["pride", "prejudice"], SearchWords.Of("Pride & prejudice").Select(w => w[0]));
        Assert.Equal(["pride", "prejudice"], SearchWords.Of("pride AND prejudice").Select(w => w[0]));
        Assert.Equal(["and"], SearchWords.Of("and").Select(w => w[0]));
        Assert.Empty(SearchWords.Of("  "));
    }

    [Fact]
    public void No_word_has_more_spellings_than_a_search_can_bear() => Assert.All(SearchWords.Of("oeaefiflssij oeaessfis'"), w => Assert.InRange(w.Count, 1, 8));
}
