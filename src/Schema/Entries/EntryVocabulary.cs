using Bookmine.Sync.Journal;

namespace Bookmine.Schema.Entries;

/// <summary>
/// What a till's entries are likely to hold, for packing them in its journal. Never to be changed, not by a letter: journals in the field were packed with it.
/// Columns that come later need no place in it; they only take a little more room.
/// </summary>
public static class EntryVocabulary
{
    private static ReadOnlySpan<byte> Text =>
        """
        {"table":"till_event","op":"insert","values":{"id":"01a21293-ce07-7000-","branch":1,"till":1,"operator":null,"kind":"no-sale","text":"","amount_cents":0,"happened_at":1795608006156}}{"table":"email","op":"insert","values":{"id":"01a21293-ce07-7000-","branch":1,"contact_id":"01a21293-ce07-7000-","subject":"","body":"","operator":null,"sent_at":1795608006156}}{"kind":"edit","by":null,"at":1795608006151,"rows":[{"table":"holding","op":"update","key":{"branch":1,"stock_id":"01a21293-ce07-7000-"},"values":{"price_cents":1999}}]}{"kind":"contact","by":null,"at":1795608006151,"rows":[{"table":"contact","op":"insert","values":{"id":"01a21293-ce07-7000-","kind":"customer","name":"","email":"@","phone":"","address":null,"notes":null}}]}{"kind":"stock","by":null,"at":1795608006151,"rows":[{"table":"stock","op":"insert","values":{"id":"01a21293-ce07-7000-","code":"","isbn13":9780000000000,"isbn10":null,"title":"The ","authors":"","publisher":null,"year":null,"binding":"Paperback","condition":"Good","category":null,"tax_rate_bp":null}},{"table":"holding","op":"insert","values":{"branch":1,"stock_id":"01a21293-ce07-7000-","price_cents":1999,"on_hand":0}},{"table":"voucher","op":"insert","values":{"id":"01a21293-ce07-7000-","document_id":"01a21293-ce07-7000-","branch":1,"number":"","amount_cents":-5000}},{"table":"credit","op":"insert","values":{"id":"01a21293-ce07-7000-","document_id":"01a21293-ce07-7000-","branch":1,"contact_id":"01a21293-ce07-7000-","amount_cents":5000}},{"kind":"refund","rows":[{"reason":"return"{"kind":"sale","by":"01","at":1795608006151,"rows":[{"table":"document","op":"insert","values":{"id":"01a21293-ce07-7000-","docket":100000,"kind":"sale","branch":1,"till":1,"operator":null,"contact_id":null,"started_at":1795608006156,"shipped_at":1795608006156,"total_cents":1999,"reference":null,"note":null,"disconnected":1,"original_id":null,"original_number":null}},{"table":"document_line","op":"insert","values":{"id":"01a21293-ce07-7000-","document_id":"01a21293-ce07-7000-","branch":1,"line":1,"stock_id":"01a21293-ce07-7000-","code":"9780000000000","isbn13":9780000000000,"title":"The ","qty":1,"unit_price_cents":1999,"discount_cents":0,"tax_rate_bp":1000,"original_line_id":null}},{"table":"payment","op":"insert","values":{"id":"01a21293-ce07-7000-","document_id":"01a21293-ce07-7000-","branch":1,"method":"card","amount_cents":1999,"change":0,"taken_at":1795608006156}},{"table":"payment","op":"insert","values":{"id":"01a21293-ce07-7000-","document_id":"01a21293-ce07-7000-","branch":1,"method":"cash","amount_cents":-500,"change":1,"taken_at":1795608006156}},{"table":"stock_movement","op":"insert","values":{"id":"01a21293-ce07-7000-","document_id":"01a21293-ce07-7000-","branch":1,"stock_id":"01a21293-ce07-7000-","code":"9780000000000","qty":-1,"value_cents":1999,"reason":"sale","taken_at":1795608006156}}]}
        """u8;

    public static EntryPacking Packing { get; } = new(Text.ToArray());
}
