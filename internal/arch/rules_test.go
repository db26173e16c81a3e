package arch_test

// module is the path every package of ours begins with.
const module = "github.com/doithoai/doithoai"

// order is the import rule: a package imports only packages of earlier lines,
// never one of its own line. Test files are free. A package without a line
// fails, so that a new one is a decision and not an accident.
func order() [][]string {
	return [][]string{
		{"internal/arch", "internal/vietnamese", "internal/strictyaml", "internal/classify", "internal/worktime", "internal/watch", "internal/recent", "internal/httphead", "internal/trouble", "internal/disk", "internal/release", "internal/outbound"},
		{"internal/keyfile", "internal/wording"},
		{"knowledge", "knowledge/quangngai"},
		{"bot"},
		{"internal/record", "internal/desks", "internal/flood", "internal/trace", "internal/upkeep", "internal/webhook"},
		{"internal/desks/sheet"},
		{"internal/exchange", "internal/delivery", "internal/spool"},
		{"internal/escalation"},
		{"internal/staff", "internal/insight", "internal/editorial"},
		forSuites(),
		suites(),
		adapters(),
		{"internal/config"},
		{"internal/doctor"},
		{"internal/app"},
		{"internal/chaos", "internal/load"},
		{"cmd/doithoai"},
		byHand(),
	}
}

// suites are the conformance tests of a port and the stand-ins of servers and
// platforms; only test files import them, and what starts a stand-in by hand.
func suites() []string {
	return []string{
		"bot/channeltest",
		"bot/telegram/tgfake",
		"bot/zalooa/oafake",
		"bot/zalobot/zbfake",
		"internal/desks/desktest",
		"internal/store/storetest",
		"internal/store/redistest",
	}
}

// forSuites is what suites have in common; only they import it, test files, and
// what starts a stand-in by hand.
func forSuites() []string {
	return []string{"bot/standin"}
}

// byHand are programs for trying something out; nothing imports them.
func byHand() []string {
	return []string{
		"bot/telegram/tgfake/cmd",
		"bot/zalooa/oafake/cmd",
		"bot/zalobot/zbfake/cmd",
		"internal/release/cmd",
	}
}

// adapters are the packages that speak a protocol or a client library.
func adapters() []string {
	return []string{
		"bot/webchat",
		"bot/telegram",
		"bot/zalooa",
		"bot/zalobot",
		"internal/store/boltstore",
		"internal/store/redisstore",
		"internal/console",
		"internal/control",
		"internal/media",
		"internal/metrics",
	}
}

// place says where a third-party module may be imported.
type place struct {
	packages []string // besides test files
	tests    bool     // test files of any package, and suites
}

// thirdParty lists every module outside the standard library. One that is not
// here fails: a dependency is a decision too.
func thirdParty() map[string]place {
	return map[string]place{
		"github.com/chromedp/chromedp":        {tests: true},
		"github.com/chromedp/cdproto":         {tests: true},
		"github.com/fsnotify/fsnotify":        {packages: []string{"internal/watch"}},
		"github.com/google/jsonschema-go":     {packages: []string{"knowledge"}, tests: true},
		"github.com/redis/go-redis":           {packages: []string{"internal/store/redisstore"}, tests: true},
		"github.com/spf13/cobra":              {packages: []string{"cmd/doithoai"}},
		"github.com/spf13/pflag":              {packages: []string{"cmd/doithoai"}},
		"github.com/xuri/excelize":            {packages: []string{"internal/desks/sheet", "internal/insight"}, tests: true},
		"go.etcd.io/bbolt":                    {packages: []string{"internal/store/boltstore"}, tests: true},
		"go.opentelemetry.io/otel":            {packages: []string{"internal/trace"}},
		"go.opentelemetry.io/proto/otlp":      {tests: true},
		"go.uber.org/goleak":                  {tests: true},
		"golang.org/x/term":                   {packages: []string{"internal/console"}},
		"golang.org/x/text":                   {packages: []string{"internal/vietnamese", "internal/strictyaml"}, tests: true},
		"golang.org/x/time":                   {packages: adapters()},
		"google.golang.org/protobuf":          {tests: true},
		"gopkg.in/yaml.v3":                    {packages: []string{"internal/strictyaml"}},
		"pgregory.net/rapid":                  {tests: true},
		"github.com/prometheus/client_golang": {packages: []string{"internal/metrics"}},
		"golang.org/x/sys":                    {packages: []string{"internal/disk"}},

		"github.com/go-telegram-bot-api/telegram-bot-api/v5": {packages: []string{"bot/telegram"}},
		"github.com/go-telegram/bot":                         {tests: true},
	}
}
