using Bookmine.Tests.Rules;
using Bookmine.Tests.Sync;
using Bookmine.Tests.SyncServer;
using Bookmine.Tests.TillClient;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.Engines;

public sealed class EdgeOnPostgres() : EdgeTests(Engine.Postgres);

public sealed class KeptJournalOnPostgres() : KeptJournalTests(Engine.Postgres);

public sealed class LandedShopOnPostgres() : LandedShopTests(Engine.Postgres);

public sealed class RescueOnPostgres() : RescueTests(Engine.Postgres);

public sealed class RestoreOnPostgres() : RestoreTests(Engine.Postgres);

public sealed class ResynchronisingOnPostgres() : ResynchronisingTests(Engine.Postgres);

public sealed class RetentionOnPostgres() : RetentionTests(Engine.Postgres);

public sealed class CrashPointOnPostgres() : CrashPointTests(Engine.Postgres);

public sealed class DivergenceOnPostgres() : DivergenceTests(Engine.Postgres);

public sealed class FeedOnPostgres() : FeedTests(Engine.Postgres);

public sealed class NewsOnPostgres() : NewsTests(Engine.Postgres);

public sealed class EnrolmentOnPostgres() : EnrolmentTests(Engine.Postgres);

public sealed class ClockOnPostgres() : ClockTests(Engine.Postgres);

public sealed class OperatorOnPostgres() : OperatorTests(Engine.Postgres);

public sealed class AuthorityWordsOnPostgres() : AuthorityWordsTests(Engine.Postgres);

public sealed class PersonOnPostgres() : PersonTests(Engine.Postgres);

public sealed class TillStateOnPostgres() : TillStateTests(Engine.Postgres);

public sealed class ForeignOnPostgres() : ForeignTests(Engine.Postgres);

public sealed class FuzzOnPostgres() : FuzzTests(Engine.Postgres);

public sealed class ImportOnPostgres() : ImportTests(Engine.Postgres);
public sealed class MailOnPostgres() : MailTests(Engine.Postgres);

public sealed class CodeOnPostgres() : CodeTests(Engine.Postgres);

public sealed class StockCountOnPostgres() : StockCountTests(Engine.Postgres);

public sealed class QuarantineOnPostgres() : QuarantineTests(Engine.Postgres);

public sealed class ServerKeyOnPostgres() : ServerKeyTests(Engine.Postgres);

public sealed class OrderOnPostgres() : OrderTests(Engine.Postgres);

public sealed class RefundOnPostgres() : RefundTests(Engine.Postgres);

public sealed class StoredRowOnPostgres() : StoredRowTests(Engine.Postgres);

public sealed class FeedUnderLoadOnPostgres() : FeedUnderLoadTests(Engine.Postgres);

public sealed class OpeningOnPostgres() : OpeningTests(Engine.Postgres);

public sealed class MoveOnPostgres() : MoveTests(Engine.Postgres);

public sealed class EditBesidePostingOnPostgres() : EditBesidePostingTests(Engine.Postgres);

public sealed class PostingUnitOnPostgres() : PostingUnitTests(Engine.Postgres);

public sealed class BackOfficeOnPostgres() : BackOfficeTests(Engine.Postgres);

public sealed class ApiOnPostgres() : ApiTests(Engine.Postgres);
