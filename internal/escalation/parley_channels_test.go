package escalation_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/standin"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

// goldens are the parleys of which it is recorded how they look, and on what.
func goldens() []string {
	return []string{
		"telegram-01-hoi-va-duoc-tra-loi", "telegram-16-hai-nguoi-cung-nhan", "telegram-19-hinh-hai-chieu",
		"telegram-32-nguoi-la-trong-nhom", "zalo-oa-28-cua-so-dong", "zalo-oa-21-khong-phai-viec-cua-toi",
	}
}

// otherwise are the parleys whose course hangs on the digits of a code, which are
// other ones with other chats. What they expect holds all the same.
func otherwise() []string { return []string{"13-hoi-tham-va-ma", "36-gui-lien-hai-tin"} }

// TestParleysOnChannels plays the same files with the people on stand-ins of the
// platforms, and the real channels between: what somebody does comes by the
// webhook, what is sent is what they see. The same is decided, though where several
// things are due at once perhaps in another order, and everything arrives whole,
// with its buttons, and with nobody else. People on Zalo Bot are without a platform here too.
func TestParleysOnChannels(t *testing.T) {
	t.Parallel()
	builtin()
	files, err := filepath.Glob("testdata/parley/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no parleys: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			playOnChannels(t, file)
		})
	}
}

func playOnChannels(t *testing.T, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := newChannels(t)
	p := newParleyOn(t, c, func(now func() time.Time) parleyStore {
		s, err := boltstore.Open(filepath.Join(t.TempDir(), "x.db"), boltstore.Options{Now: now, SweepEvery: -1})
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
	for i, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		if strings.HasPrefix(line, "<") {
			continue
		}
		p.out = append(p.out, line)
		c.shown = append(c.shown, sight{text: line})
		fault := p.play(line)
		if fault == "" {
			fault = c.elsewhere()
		}
		if fault != "" {
			t.Errorf("%s:%d: %s: %s\n%s", file, i+1, line, fault, strings.Join(p.out[max(0, len(p.out)-30):], "\n"))
		}
	}
	recorded := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	if name := strings.TrimSuffix(filepath.Base(file), ".txt"); !slices.Contains(otherwise(), name) && !*update {
		slices.Sort(recorded)
		slices.Sort(p.out)
		if !slices.Equal(recorded, p.out) {
			t.Errorf("%s goes on otherwise than without channels:\n%s", file, firstDifference(strings.Join(recorded, "\n"), strings.Join(p.out, "\n")))
		}
	}
	c.compare(t, strings.TrimSuffix(filepath.Base(file), ".txt"))
}

// compare holds what was seen against what was recorded.
func (c *channels) compare(t *testing.T, name string) {
	for channel := range c.faces {
		if !slices.Contains(goldens(), channel+"-"+name) {
			continue
		}
		var b strings.Builder
		for _, s := range c.shown {
			if s.channel == "" || s.channel == channel {
				b.WriteString(s.text + "\n")
			}
		}
		file := filepath.Join("testdata", "parley", "kenh", channel+"-"+name+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if want, err := os.ReadFile(file); err != nil || b.String() != string(want) {
			t.Errorf("%s differs from what was recorded (go test ./internal/escalation -run ParleysOnChannels -update, then read the difference): %v\n%s",
				file, err, firstDifference(string(want), b.String()))
		}
	}
}

// face is a platform with its people and the channel in between.
type face interface {
	delivery.Sender
	// does lets somebody do what m says, and returns how that should arrive.
	does(p *parley, who string, m bot.Message) (want bot.Message, fault string)
	// done waits for what the channel itself does about m after it has arrived.
	done(p *parley, who string, m bot.Message)
	// screen is what the bot has written that the chat shows now.
	screen(who string) []seen
	// lacks says what is missing to choose from a reply, or beside it, given the
	// last message and all things that are seen of it.
	lacks(r bot.Reply, last seen, things []string) string
	lets(who, what string) string
}

// seen is a message of the bot's, as it stands on a screen.
type seen struct {
	id, text string
	buttons  []bot.Button
	things   []string // pictures and the like
}

// sight is a line of what was seen; without a channel one of the file.
type sight struct{ channel, text string }

// channels is an outside with platforms.
type channels struct {
	clock *standin.Clock
	faces map[string]face // by channel
	chats map[string]bot.ChatID
	taken chan bot.Message
	got   map[string]int // how many messages each has
	shown []sight
}

func (c *channels) people() map[string]bot.ChatID { return c.chats }

func (c *channels) at(now time.Time) { c.clock.Advance(now.Sub(c.clock.Now())) }

// brings implements outside.
func (c *channels) brings(p *parley, who string, m bot.Message) (bot.Message, string) {
	f := c.faces[m.Chat.Channel]
	if f == nil {
		return m, ""
	}
	c.at(p.clock.Now())
	want, fault := f.does(p, who, m)
	if fault != "" {
		return m, fault
	}
	var got bot.Message
	select {
	case got = <-c.taken:
	case <-time.After(patience):
		return m, "it never arrives"
	}
	f.done(p, who, want)
	if fault := differ(want, got); fault != "" {
		return got, fault
	}
	for i := range got.Attachments { // as if they had been fetched
		got.Attachments[i].Key = want.Attachments[i].Key
	}
	return got, ""
}

// patience is for a busy machine.
const patience = time.Minute

// differ says in what a message arrived otherwise than it should.
func differ(want, got bot.Message) string {
	same := map[string]bool{
		"chat": want.Chat == got.Chat, "sender": want.Sender == got.Sender, "room": want.Room == got.Room, "kind": want.Kind == got.Kind,
		"text": bot.Clean(want.Text) == got.Text, "payload": want.Payload == got.Payload, "what it answers": want.ReplyTo == got.ReplyTo,
		"time": want.At.Equal(got.At), "attachments": len(want.Attachments) == len(got.Attachments), "id": got.ID != "",
	}
	for i := range min(len(want.Attachments), len(got.Attachments)) {
		same["kind of attachment"] = want.Attachments[i].Kind == got.Attachments[i].Kind
	}
	var out []string
	for what, ok := range same {
		if !ok {
			out = append(out, what)
		}
	}
	if out == nil {
		return ""
	}
	slices.Sort(out)
	return "arrives with another " + strings.Join(out, ", ") + ": " + got.Text
}

// settles implements outside.
func (c *channels) settles(p *parley, l *record.Lease, s record.Settlement) record.Settlement {
	d := l.Delivery
	f := c.faces[d.Chat.Channel]
	if f == nil || l.Barred || s.Shut || s.Reason == record.ReasonExpired { // no channel is asked
		return s
	}
	c.at(p.clock.Now())
	d.Replaces = c.replaced(p, d)
	who := p.name(d.Chat)
	before := f.screen(who)
	ids, err := c.send(p, f, l, d.Replaces)
	fail, _ := errors.AsType[*delivery.SendError](err)
	switch {
	case s.Result == record.Held && fail != nil && fail.Kind == delivery.Window:
		return s
	case s.Result == record.Failed && fail != nil && fail.Kind == delivery.Gone:
		s.Reason = fail.Reason
		return s
	case s.Result == record.Dropped && err == nil && len(ids) == 0: // a card that there is nothing more to say about
		return record.Settlement{Result: record.Sent}
	case s.Result != record.Sent || err != nil || len(ids) == 0:
		p.t.Errorf("to %s: ends %v with %d messages, want %v", who, err, len(ids), s.Result)
		return s
	}
	latest := ids[len(ids)-1]
	c.rename(p, d.Chat, s.Providers[0], latest)
	s.Providers = []string{latest}
	c.look(p, who, d, before, f)
	return s
}

// replaced is the message whose place a card takes, as delivery finds it.
func (*channels) replaced(p *parley, d record.Delivery) string {
	if d.Reply.Card == "" {
		return ""
	}
	id, err := p.store.Ref(p.t.Context(), d.Chat, record.CardRef(d.Reply.Card))
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		p.t.Fatal(err)
	}
	return string(id)
}

// send sends all parts of a message and settles all but the last, as delivery does.
func (*channels) send(p *parley, f face, l *record.Lease, replaces string) (ids []string, err error) {
	for {
		d := l.Delivery
		d.Replaces = replaces
		progress, err := f.Send(p.t.Context(), d)
		if err != nil {
			return ids, err
		}
		s := record.Settlement{Result: record.Progressed, Sent: d.Sent + 1, Note: progress.Note}
		if progress.Provider != "" {
			ids, s.Providers = append(ids, progress.Provider), []string{progress.Provider}
		}
		if !progress.More {
			return ids, nil
		}
		next, err := p.store.Settle(p.t.Context(), *l, s)
		if err != nil || next == nil || next.Delivery.Seq != d.Seq {
			p.t.Fatalf("after part %d: %v", d.Sent+1, err)
		}
		*l = *next
	}
}

// rename gives a message the id that the platform calls it by.
func (*channels) rename(p *parley, chat bot.ChatID, was, is string) {
	for _, all := range [][]sent{p.sent[chat], p.shownTo[chat]} {
		for i := range all {
			if all[i].id == was {
				all[i].id = is
			}
		}
	}
}

// look checks and writes down what somebody sees of a message.
func (c *channels) look(p *parley, who string, d record.Delivery, before []seen, f face) {
	now, lead, reply := f.screen(who), "", d.Reply
	news := now[len(before):]
	i := slices.IndexFunc(before, func(m seen) bool { return m.id == d.Replaces })
	switch {
	case len(news) == 0 && i >= 0:
		news, lead = now[i:i+1], "(sửa) "
		reply.Attachments = nil // they hang there already
	case len(news) == 0:
		p.t.Errorf("to %s: nothing is seen", who)
		return
	case d.Chat.Channel != "telegram":
		reply, _ = d.Anew()
	}
	if lead == "" {
		c.got[who] += len(news)
	}
	var texts, things []string
	for _, m := range news {
		texts, things = append(texts, m.text), append(things, m.things...)
		c.note(p, d.Chat.Channel, "< "+who+" | "+lead, m)
	}
	text := strings.Join(texts, "\n\n")
	p.last[who][len(p.last[who])-1] = p.shown(text)
	if !strings.Contains(flat(text), flat(reply.Text)) {
		p.t.Errorf("to %s: not whole:\nsent: %s\nseen: %s", who, reply.Text, text)
	}
	if fault := f.lacks(reply, news[len(news)-1], things); fault != "" {
		p.t.Errorf("to %s: %s:\nsent: %s\nseen: %s", who, fault, reply.Text, text)
	}
}

// flat is a text without the ways in which it may be cut.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// note writes down what is seen.
func (c *channels) note(p *parley, channel, lead string, m seen) {
	head, _, _ := strings.Cut(lead, "|")
	var lines []string
	for _, thing := range m.things {
		lines = append(lines, "["+thing+"]")
	}
	if m.text != "" {
		lines = append(lines, strings.Split(p.shown(m.text), "\n")...)
	}
	for _, b := range m.buttons {
		lines = append(lines, "  ["+p.shown(b.Label)+"]")
	}
	for _, line := range lines {
		c.shown = append(c.shown, sight{channel, strings.TrimRight(lead+line, " ")})
		lead = head + "| "
	}
}

// elsewhere says who has got something that was not sent to them.
func (c *channels) elsewhere() string {
	for who, chat := range c.chats {
		if f := c.faces[chat.Channel]; f != nil && len(f.screen(who)) != c.got[who] {
			return who + " sees what was not sent there"
		}
	}
	return ""
}

// lets implements outside.
func (c *channels) lets(p *parley, who, what string) string {
	f := c.faces[c.chats[who].Channel]
	if f == nil {
		return ""
	}
	c.at(p.clock.Now())
	return f.lets(who, what)
}
