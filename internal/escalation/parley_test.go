package escalation_test

import (
	"context"
	"flag"
	"fmt"
	"hash/fnv"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/standin"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/escalation"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/staff"
	"github.com/doithoai/doithoai/internal/store/boltstore"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

var update = flag.Bool("update", false, "rewrite what was recorded in the data files")

// builtin is the engine over the built-in base, fitted once for all tests.
var builtin = sync.OnceValue(func() *bot.Engine {
	base, report := knowledge.Load(quangngai.FS())
	if base == nil {
		panic(report.Text())
	}
	return bot.NewEngine(knowledge.NewMatcher(base, nil), zone())
})

func zone() *time.Location { return time.FixedZone("ICT", 7*3600) }

// parleyStore is what a parley asks of a store.
type parleyStore interface {
	exchange.Store
	exchange.Worklist
	delivery.Outbox
	Close() error
}

// TestParleys plays every file under testdata/parley: residents, officers and
// the clock, over both stores. A file reads:
//
//	# why it is here
//	@ 23/11/2026 8h          the clock is set
//	+ 2h30m                  it goes on, and whatever comes due happens
//	an> what An types        the people are in the table below
//	an! press LABEL | photo | voice | video | file | location | withheld | open
//	an! photo WORDS          a photo with words under it
//	lan^ text                lan answers the latest message about a case
//	lan^! photo
//	phong/lan! press LABEL   lan in the room «phong»
//	~ an closed | dead | open    what the platform lets through to An
//	= without lan            the file of the desks names her no more
//	% can_bo_zalo.yaml       this is the file of the desks from now on
//	?? an says WORDS | lan not says WORDS | an gets N | an silent | all alarms N
//	< who | what was sent, recorded; -update rewrites these lines
//
// In what is typed 111111111 is the code of the first case, 222222222 that of the
// second, and MÃKIỂM the check code that was told last. Of a card that was changed
// only the lines are recorded that are new; what several got at once stands once.
func TestParleys(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/parley/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no parleys: %v", err)
	}
	redis := redistest.Single(t)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run("bolt/"+name, func(t *testing.T) {
			t.Parallel()
			runParley(t, file, func(now func() time.Time) parleyStore {
				s, err := boltstore.Open(filepath.Join(t.TempDir(), "x.db"), boltstore.Options{Now: now, SweepEvery: -1})
				if err != nil {
					t.Fatal(err)
				}
				return s
			})
		})
		t.Run("redis/"+name, func(t *testing.T) {
			t.Parallel()
			runParley(t, file, func(now func() time.Time) parleyStore {
				s, err := redisstore.Open(t.Context(), redis.URL(), redisstore.Options{Now: now, Prefix: "parley-" + name})
				if err != nil {
					t.Fatal(err)
				}
				return s
			})
		})
	}
}

// parties are all who take part: residents an, ba, cuc; officers as in
// testdata/parley/can_bo.yaml; the room phong.
func parties() map[string]bot.ChatID {
	tg := func(id string) bot.ChatID { return bot.ChatID{Channel: "telegram", Bot: "main", Chat: id} }
	oa := func(id string) bot.ChatID { return bot.ChatID{Channel: "zalo-oa", Bot: "main", Chat: id} }
	return map[string]bot.ChatID{
		"an": tg("1"), "ba": oa("2"), "cuc": {Channel: "zalo-bot", Bot: "main", Chat: "3"}, "la": tg("666"),
		"lan": tg("101"), "hoa": tg("102"), "binh": tg("103"), "sang": tg("104"), "tam": oa("2020003"), "oanh": oa("2020004"), "dung": oa("2020001"), "mai": oa("2020002"),
		"phong": tg("-1001"), "nhanh": tg("-1002/7"),
	}
}

// parley is one file being played.
type parley struct {
	t     *testing.T
	clock *standin.Clock // the store looks at it by itself
	store parleyStore
	x     *exchange.Exchange
	desks *desks.Desks
	// outside is where the people are; see parley_channels_test.go.
	outside outside

	ids  int
	sent map[bot.ChatID][]sent
	// shownTo is everything that was ever on the screen, cards before they were
	// changed too: somebody presses while a card is being changed.
	shownTo map[bot.ChatID][]sent
	last    map[string][]string // what each got for the latest input
	state   map[string]string   // what the platform lets through
	mu      sync.Mutex          // of codes, alarms and dues
	codes   []string
	checked string               // the latest check code told
	file    string               // of the desks
	alarms  *int                 // for operators, since the latest input
	dues    map[string]time.Time // when cases and books come due, by code
	out     []string
	latest  recorded
}

// recorded is what was written down last, so that the same is not written twice.
type recorded struct{ who, text string }

// sent is a message as it stands with somebody.
type sent struct {
	id    string
	reply bot.Reply
}

func runParley(t *testing.T, file string, open func(now func() time.Time) parleyStore) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p := newParley(t, open)
	for i, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		if strings.HasPrefix(line, "<") {
			continue
		}
		p.out = append(p.out, line)
		if fault := p.play(line); fault != "" {
			t.Errorf("%s:%d: %s: %s\n%s", file, i+1, line, fault, strings.Join(p.out[max(0, len(p.out)-30):], "\n"))
		}
	}
	got := strings.Join(p.out, "\n") + "\n"
	if *update && strings.Contains(t.Name(), "bolt/") {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if got != string(data) && !*update {
		t.Errorf("%s differs from what was recorded (go test ./internal/escalation -run Parleys -update, then read the difference):\n%s", file, firstDifference(string(data), got))
	}
}

// newParley begins at eight o'clock on a Monday, without platforms.
func newParley(t *testing.T, open func(now func() time.Time) parleyStore) *parley {
	return newParleyOn(t, plain{}, open)
}

// newParleyOn is newParley with people who are somewhere.
func newParleyOn(t *testing.T, out outside, open func(now func() time.Time) parleyStore) *parley {
	p := &parley{
		t: t, outside: out, clock: standin.NewClock(time.Date(2026, 11, 23, 8, 0, 0, 0, zone())), sent: map[bot.ChatID][]sent{}, shownTo: map[bot.ChatID][]sent{},
		state: map[string]string{}, last: map[string][]string{},
		file: "can_bo.yaml", alarms: new(int), dues: map[string]time.Time{},
	}
	p.start(open)
	return p
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d\nrecorded: %s\nnow:      %s", i+1, w[i], g[i])
		}
	}
	return "one is longer"
}

func (p *parley) start(open func(now func() time.Time) parleyStore) {
	base := builtin().Base()
	p.load("")
	p.store = open(p.clock.Now)
	p.t.Cleanup(func() { _ = p.store.Close() })
	directory := staff.New(staff.Config{Safe: emptySafe{}, Roster: func() staff.Roster { return p.desks }})
	office, err := escalation.NewOffice(escalation.Config{
		Talk: func() escalation.Converser { return builtin() }, Desk: func() *desks.Desks { return p.desks },
		Reach: func() escalation.Registry { return directory.Snapshot() }, Zone: zone(),
		Place: func(id string) string {
			i := slices.IndexFunc(base.Places, func(k knowledge.Place) bool { return k.ID == id })
			return base.Places[i].Kind + " " + base.Places[i].Name
		},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.x, err = exchange.New(p.store, steady{office, p}, exchange.Config{
		Apology: bot.Reply{Text: "Hỏng rồi."}, Location: zone(), Now: p.clock.Now, Outlet: outlet{},
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// load reads the file of the desks, as it is without one of the officers.
func (p *parley) load(without string) {
	base := builtin().Base()
	data, err := os.ReadFile(filepath.Join("testdata/parley", p.file))
	if err != nil {
		p.t.Fatal(err)
	}
	text := moved(string(data), p.outside.people())
	if without != "" {
		whole := regexp.MustCompile(`  - mã: ` + without + `\n    tên: .*\n    chat: .*\n`)
		text = whole.ReplaceAllString(text, "")
		text = strings.NewReplacer(": "+without+", ", ": ", ", "+without, "").Replace(text)
	}
	d, report := desks.Load("can_bo.yaml", []byte(text), desks.World{Places: base.Places, Topics: base.Topics, Zone: zone()}, p.clock.Now())
	if d == nil {
		p.t.Fatal(report.Text())
	}
	p.desks = d
}

// steady takes chance out of what is recorded: check codes follow from the
// clock, and the codes of cases, which begin as the store wants, are shown as
// 111 111 111, 222 222 222 and so on.
type steady struct {
	*escalation.Office
	p *parley
}

// Decide implements exchange.Decider.
func (s steady) Decide(x exchange.Situation) exchange.Outcome {
	h := fnv.New64a() // by chat too: two chats of one shard must not draw one code for ever
	_, _ = fmt.Fprint(h, x.Now.Unix(), s.p.name(x.Message.Chat))
	x.Random = h.Sum64() % 1e12
	out := s.Office.Decide(x)
	s.p.mu.Lock() // several letters are applied at once
	defer s.p.mu.Unlock()
	for _, name := range out.Counts {
		if name == "case.alarm" {
			*s.p.alarms++
		}
	}
	for _, c := range out.Cases {
		s.p.dues[c.Code] = c.Due
		if c.New && !escalation.IsBook(c.Case) && !slices.Contains(s.p.codes, c.Code) {
			s.p.codes = append(s.p.codes, c.Code)
		}
	}
	return out
}

// shown replaces the codes of cases in what is recorded.
func (p *parley) shown(text string) string {
	for i, code := range p.codes {
		digit := strconv.Itoa(i + 1)
		text = strings.ReplaceAll(text, code, strings.Repeat(digit, 9))
		text = strings.ReplaceAll(text, bot.SayCode(code), strings.Join(slices.Repeat([]string{strings.Repeat(digit, 3)}, 3), " "))
	}
	return text
}

// typed puts the true codes into what is typed.
func (p *parley) typed(text string) string {
	for i, code := range p.codes {
		digit := strings.Repeat(strconv.Itoa(i+1), 3)
		text = strings.ReplaceAll(text, digit+digit+digit, code)
		text = strings.ReplaceAll(text, digit+"."+digit+"."+digit, strings.ReplaceAll(bot.SayCode(code), " ", "."))
	}
	return strings.ReplaceAll(text, "MÃKIỂM", p.checked)
}

// outlet sends everything; messages are claimed by hand.
type outlet struct{}

func (outlet) Way(chat bot.ChatID) record.Way {
	way := record.Way{Push: true}
	if chat.Channel == "zalo-oa" {
		way.Supersede = true
		way.Window = record.Window{Free: 48 * time.Hour, FreeMessages: 8, Total: 7 * 24 * time.Hour}
	}
	return way
}
func (outlet) Saved(bot.ChatID, *record.Lease) {}

type emptySafe struct{}

func (emptySafe) Value(context.Context, string) ([]byte, error)              { return nil, nil }
func (emptySafe) Swap(context.Context, string, []byte, []byte) (bool, error) { return false, nil }

// play does what a line says and returns what is wrong.
func (p *parley) play(line string) string {
	head, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case line == "" || strings.HasPrefix(line, "#"):
		return ""
	case head == "@":
		at, err := time.ParseInLocation("02/01/2006 15h04", rest+map[bool]string{true: "00"}[strings.HasSuffix(rest, "h")], zone())
		if err != nil {
			return err.Error()
		}
		return p.goOn(at)
	case head == "+":
		d, err := time.ParseDuration(rest)
		if err != nil {
			return err.Error()
		}
		return p.goOn(p.clock.Now().Add(d))
	case head == "~":
		who, what, _ := strings.Cut(rest, " ")
		p.state[who] = what
		return p.outside.lets(p, who, what)
	case head == "=":
		p.load(strings.TrimPrefix(rest, "without "))
		return ""
	case head == "%":
		p.file = rest
		p.load("")
		return ""
	case head == "??":
		return p.check(rest)
	}
	return p.input(head, rest)
}

// goOn moves the clock in steps, so that what comes due on the way happens then.
func (p *parley) goOn(until time.Time) string {
	clear(p.last)
	*p.alarms = 0
	p.latest = recorded{}
	for p.clock.Now().Before(until) {
		p.clock.Advance(p.nextDue(until).Sub(p.clock.Now()))
		p.settle()
	}
	return ""
}

// nextDue is when the next case or book comes due, until at the latest.
func (p *parley) nextDue(until time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := until
	for _, due := range p.dues {
		if due.After(p.clock.Now()) && due.Before(next) {
			next = due
		}
	}
	return next
}

// input is something a person does.
func (p *parley) input(head, rest string) string {
	clear(p.last)
	*p.alarms = 0
	p.latest = recorded{}
	kind := strings.TrimLeft(head, "abcdefghijklmnopqrstuvwxyz/")
	who := strings.TrimSuffix(head, kind)
	m := bot.Message{Kind: bot.KindText, Text: p.typed(rest)}
	chat, sender, inRoom := strings.Cut(who, "/")
	if !inRoom {
		sender = chat
	}
	people := p.outside.people()
	m.Chat, m.Room, m.Sender = people[chat], inRoom, people[sender].Chat
	if m.Chat == (bot.ChatID{}) || m.Sender == "" {
		return "who is that?"
	}
	if strings.HasPrefix(kind, "^") {
		m.ReplyTo = p.latestOfCase(m.Chat)
	}
	if strings.HasSuffix(kind, "!") {
		if fault := p.press(&m, rest); fault != "" {
			return fault
		}
	}
	p.ids++
	p.clock.Advance(10 * time.Second)
	m.ID, m.At = strconv.Itoa(p.ids), p.clock.Now()
	m, fault := p.outside.brings(p, who, m)
	if fault != "" {
		return fault
	}
	if err := p.x.Handle(p.t.Context(), m); err != nil {
		return err.Error()
	}
	p.settle()
	return ""
}

func (p *parley) latestOfCase(chat bot.ChatID) string {
	for _, s := range slices.Backward(p.sent[chat]) {
		if s.reply.Case != "" {
			return s.id
		}
	}
	return ""
}

// press fills in what a button, a number or an attachment is.
func (p *parley) press(m *bot.Message, what string) string {
	verb, arg, _ := strings.Cut(what, " ")
	switch verb {
	case "press":
		for _, s := range slices.Backward(p.shownTo[m.Chat]) { // as it may still stand on the screen
			for _, b := range s.reply.Buttons {
				if strings.HasPrefix(b.Label, arg) {
					m.Kind, m.Text, m.Payload, m.ReplyTo = bot.KindPress, b.Label, b.Payload, s.id
					return ""
				}
			}
		}
		return "no such button"
	case "payload":
		m.Kind, m.Payload = bot.KindPress, arg
	case "open":
		m.Kind = bot.KindOpen
	case "location":
		m.Kind, m.Text = bot.KindOther, ""
		m.Attachments = []bot.Attachment{{Kind: bot.AttachLocation, Latitude: 14.77, Longitude: 108.73}}
	case "withheld":
		m.Kind, m.Text, m.Attachments = bot.KindOther, "", []bot.Attachment{{Kind: bot.AttachOther}}
	case "photo", "voice", "video", "file":
		m.Kind, m.Text = bot.KindOther, arg
		if arg != "" {
			m.Kind = bot.KindText
		}
		m.Attachments = []bot.Attachment{{Kind: bot.AttachmentKind(verb), Key: fmt.Sprintf("%032x", p.ids+1), Source: "f" + strconv.Itoa(p.ids)}}
	default:
		return "unknown doing"
	}
	return ""
}

// settle lets everything happen that is due: letters, clocks, sends.
func (p *parley) settle() {
	for range 200 {
		list := &counted{Worklist: atOnce{p.store}}
		if _, err := p.x.WorkDue(p.t.Context(), list); err != nil {
			p.t.Fatal(err)
		}
		if p.send() == 0 && list.n == 0 {
			return
		}
	}
	p.t.Fatal("it never ends")
}

// counted counts the work it hands out.
type counted struct {
	exchange.Worklist
	n int
}

// Work implements exchange.Worklist.
func (c *counted) Work(ctx context.Context, n int) ([]record.Work, error) {
	due, err := c.Worklist.Work(ctx, n)
	c.n += len(due)
	return due, err
}

// send sends what may go, in a fixed order of chats, and records it.
func (p *parley) send() int {
	var leases []record.Lease
	for _, lane := range []string{"telegram/main", "zalo-oa/main", "zalo-bot/main"} {
		got, err := p.store.Claim(p.t.Context(), lane, 100)
		if err != nil {
			p.t.Fatal(err)
		}
		leases = append(leases, got...)
	}
	slices.SortFunc(leases, func(a, b record.Lease) int { return strings.Compare(p.name(a.Delivery.Chat), p.name(b.Delivery.Chat)) })
	for i := range leases {
		for l := &leases[i]; l != nil; {
			end := p.told(l)
			next, err := p.store.Settle(p.t.Context(), *l, end)
			if err != nil {
				p.t.Fatal(err)
			}
			l = next
		}
	}
	return len(leases)
}

func (p *parley) name(chat bot.ChatID) string {
	for name, c := range p.outside.people() {
		if c == chat {
			return name
		}
	}
	return "?" + chat.String()
}

// told is how a send ended, with what is to be told of it.
func (p *parley) told(l *record.Lease) record.Settlement {
	s := p.outside.settles(p, l, p.sendOne(*l))
	ends := map[record.Result]bot.End{record.Sent: bot.EndSent, record.Held: bot.EndHeld, record.Failed: bot.EndFailed, record.Dropped: bot.EndDropped}
	if track := l.Delivery.Reply.Track; track != "" {
		s.Ended = &bot.Ended{Track: track, End: ends[s.Result], Reason: s.Reason}
	}
	return s
}

// sendOne is the platform.
func (p *parley) sendOne(l record.Lease) record.Settlement {
	d := l.Delivery
	who := p.name(d.Chat)
	switch {
	case l.Barred:
		return record.Settlement{Result: record.Dropped}
	case l.Over && d.Priority > record.PriorityReply:
		return record.Settlement{Result: record.Dropped, Reason: record.ReasonExpired}
	case l.Over:
		return record.Settlement{Result: record.Failed, Reason: record.ReasonExpired}
	case l.Shut:
		return record.Settlement{Result: record.Held, Shut: true}
	case p.state[who] == "closed":
		return record.Settlement{Result: record.Held}
	case p.state[who] == "dead":
		return record.Settlement{Result: record.Failed, Reason: "blocked"}
	}
	r := d.Reply
	replaces := -1
	if r.Card != "" {
		replaces = slices.IndexFunc(p.sent[d.Chat], func(s sent) bool { return s.reply.Card == r.Card })
	}
	id := "m" + strconv.Itoa(len(p.sent[d.Chat])+1)
	switch {
	case replaces >= 0 && d.Chat.Channel == "telegram":
		was := p.sent[d.Chat][replaces].reply
		p.sent[d.Chat][replaces].reply = r
		p.shownTo[d.Chat] = append(p.shownTo[d.Chat], p.sent[d.Chat][replaces])
		p.record(who, r, &was)
		return record.Settlement{Result: record.Sent, Providers: []string{p.sent[d.Chat][replaces].id}}
	case replaces >= 0 && r.Update == "":
		return record.Settlement{Result: record.Dropped}
	case replaces >= 0:
		r.Text = r.Update
	}
	p.sent[d.Chat] = append(p.sent[d.Chat], sent{id, r})
	p.shownTo[d.Chat] = append(p.shownTo[d.Chat], sent{id, r})
	p.record(who, r, nil)
	return record.Settlement{Result: record.Sent, Providers: []string{id}}
}

// record writes down what somebody got. Was is what stood in its place.
func (p *parley) record(who string, r bot.Reply, was *bot.Reply) {
	text := p.shown(r.Text)
	p.last[who] = append(p.last[who], text)
	if _, check, ok := strings.Cut(r.Text, "Mã kiểm: "); ok {
		p.checked = check[:6]
	}
	now := p.written(r)
	lead := ""
	if was != nil {
		before := p.written(*was)
		now = slices.DeleteFunc(now, func(line string) bool { return line == "" || slices.Contains(before, line) })
		if lead = "(sửa thẻ) "; len(now) == 0 {
			now = []string{"không có gì mới"}
		}
	}
	now[0] = lead + now[0]
	whole := strings.Join(now, "\n")
	if p.latest.text == whole && p.latest.who != who && len(now) > 2 {
		now = []string{lead + "như trên"}
	} else {
		p.latest = recorded{who, whole}
	}
	for _, line := range now {
		p.out = append(p.out, strings.TrimRight("< "+who+" | "+line, " "))
	}
}

// written is a message as it stands in a file, line by line.
func (p *parley) written(r bot.Reply) []string {
	out := strings.Split(p.shown(r.Text), "\n")
	for i, n := range bot.Numbers(r.Buttons) {
		out = append(out, "  "+n+" "+p.shown(r.Buttons[i].Label))
	}
	for _, a := range r.Attachments {
		out = append(out, "["+string(a.Kind)+"]")
	}
	return out
}

func (p *parley) check(what string) string {
	who, rest, _ := strings.Cut(what, " ")
	all := strings.Join(p.last[who], "\n")
	verb, arg, _ := strings.Cut(rest, " ")
	ok := false
	switch {
	case verb == "says":
		ok = strings.Contains(all, arg)
	case strings.HasPrefix(rest, "not says "):
		ok = !strings.Contains(all, strings.TrimPrefix(rest, "not says "))
	case verb == "gets":
		ok = strconv.Itoa(len(p.last[who])) == arg
	case verb == "alarms":
		ok = strconv.Itoa(*p.alarms) == arg
	case rest == "silent":
		ok = len(p.last[who]) == 0
	default:
		return "unknown expectation"
	}
	if !ok {
		return fmt.Sprintf("%s got %d messages: %s", who, len(p.last[who]), all)
	}
	return ""
}
