package escalation_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/escalation"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/knowledge"
)

// tuesday is when every test of the chats begins: 24/11/2026, 8h in Vietnam.
var tuesday = time.Date(2026, 11, 24, 8, 0, 0, 0, vietnam)

// TestOfficersChats runs every file under testdata/officers. A file reads:
//
//	# why it is here
//	@ chat CHANNEL OFFICER | room        whose chat it is; the first line
//	@ case CODE STATE HOLDER DESK QUESTION   a case as it stands from now on; «-» for none
//	@ set CODE near A,B | phone N | place ID | topic ID | matter M | epoch N | files KIND,KIND | turn ENTRY TEXT | rung N
//	@ said CODE OFFICER KIND END TEXT    «-» for the resident, and for no end
//	> what the officer types
//	! press LABEL | payload P | reply CODE TEXT | photo CODE TEXT | voice | sticker | other TEXT by somebody else | wait 31m | at 02/01/2027 7h30
//	! by OFFICER | by stranger           who writes from now on, in a room
//	! told CODE WHAT [no=N] [by=ID] [desk=ID] [note=N] …   the case's own chat tells this one
//	! home                               the case's own chat applies what was just sent to it, and tells this one
//	! resident CODE KIND TEXT            the same of something the resident did; also «open», «sent», «failed»
//	! ended CODE END                     the card of that case ended so here
//	! strike                             the book's time has come
//	= says WORDS | not says WORDS | button LABEL | no button | nothing | sends KIND CODE | sends nothing | focus CODE | list N | next TIME
//	< what follows, recorded; go test -update rewrites these lines
func TestOfficersChats(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/officers/*.txt")
	if err != nil || len(files) < 15 {
		t.Fatalf("found %d files (%v), want 15 and more", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			play(t, file)
		})
	}
}

// stage is one chat of officers, with the cases it may hear of.
type stage struct {
	t      *testing.T
	office *escalation.Office
	desks  *desks.Desks
	chat   bot.ChatID
	owner  string // of an own chat
	writer string // officer id, "" for a stranger
	cases  map[string]escalation.Case
	stored []record.Case // of the chat: its book
	now    time.Time
	n      int
	out    exchange.Outcome
	shown  []bot.Reply // the latest that had buttons, for «press»
}

func play(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p := newStage(t)
	var out []string
	for i, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		if strings.HasPrefix(line, "<") {
			continue
		}
		out = append(out, line)
		mark, rest, _ := strings.Cut(line, " ")
		switch mark {
		case "@":
			p.set(rest)
		case ">":
			p.message(bot.Message{Kind: bot.KindText, Text: rest})
			out = append(out, p.record()...)
		case "!":
			if p.direct(rest) {
				out = append(out, p.record()...)
			}
		case "=":
			if fault := p.check(rest); fault != "" {
				t.Errorf("%s:%d: %s: %s\n%s", file, i+1, line, fault, strings.Join(p.record(), "\n"))
			}
		}
	}
	got := strings.Join(out, "\n") + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != string(data) {
		t.Errorf("%s: replies differ from the recorded ones (go test ./internal/escalation -run Officers -update, then read the difference)", file)
	}
}

func newStage(t *testing.T) *stage {
	t.Helper()
	d := loadDesks(t)
	return &stage{t: t, desks: d, office: newOffice(t, d), cases: map[string]escalation.Case{}, now: tuesday}
}

func loadDesks(t testing.TB) *desks.Desks {
	t.Helper()
	d, err := parsedDesks()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// parsedDesks reads the file once for all tests: it is read-only.
var parsedDesks = sync.OnceValues(func() (*desks.Desks, error) {
	data, err := os.ReadFile("testdata/can_bo.yaml")
	if err != nil {
		return nil, err
	}
	world := desks.World{
		Places: []knowledge.Place{{ID: "tinh-khe", Name: "Tịnh Khê", Kind: "xã"}, {ID: "an-phu", Name: "An Phú", Kind: "phường"}},
		Topics: []knowledge.Topic{{ID: "bao-hiem-y-te", Name: "Bảo hiểm y tế"}},
		Zone:   vietnam,
	}
	d, report := desks.Load("can_bo.yaml", data, world, tuesday)
	if d == nil {
		return nil, errors.New(report.Text())
	}
	return d, nil
})

func newOffice(t testing.TB, d *desks.Desks) *escalation.Office {
	t.Helper()
	o, err := escalation.NewOffice(escalation.Config{
		Talk:  func() escalation.Converser { return talker{} },
		Desk:  func() *desks.Desks { return d },
		Reach: func() escalation.Registry { return registry{d} },
		Place: func(id string) string {
			return map[string]string{"tinh-khe": "xã Tịnh Khê", "an-phu": "phường An Phú"}[id]
		},
		Zone: vietnam,
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// registry knows the chats of the file.
type registry struct{ *desks.Desks }

func (r registry) Chat(officer string) (bot.ChatID, bool) {
	o, ok := r.Desks.Officer(officer)
	if !ok || len(o.Chats) == 0 {
		return bot.ChatID{}, false
	}
	return o.Chats[0], true
}

func (r registry) Officer(sender bot.ChatID) (string, bool) {
	o, ok := r.ByChat(sender)
	return o.ID, ok
}

// talker knows three entries; «het-han» is not valid any more.
type talker struct{}

func (talker) Converse(bot.View, bot.Conversation, bot.Message, time.Time) bot.Step {
	return bot.Step{}
}

func (talker) Title(entry string, _ time.Time) (name, text string, ok bool) {
	names := map[string]string{
		"the-bhyt":    "Thẻ bảo hiểm y tế hộ cận nghèo",
		"mat-the":     "Mất thẻ bảo hiểm y tế thì làm sao",
		"chuyen-vien": "Chuyển viện",
	}
	name, ok = names[entry]
	return name, "Dạ, đây là cả bài «" + name + "».\n\nTheo Nghị định mẫu. Trả lời tự động.", ok
}

func (p *stage) set(line string) {
	p.t.Helper()
	w := strings.SplitN(line, " ", 6)
	switch w[0] {
	case "chat":
		p.owner, p.writer = w[2], w[2]
		o, ok := p.desks.Officer(w[2])
		if !ok {
			p.t.Fatalf("no officer %q", w[2])
		}
		for _, c := range o.Chats {
			if c.Channel == w[1] {
				p.chat = c
			}
		}
	case "room":
		desk, _ := p.desks.Desk("y-te")
		p.chat, p.owner, p.writer = desk.Room, "", "lan"
	case "case":
		p.putCase(w)
	case "set":
		p.change(w)
	case "said":
		c := p.cases[w[1]]
		c.Said = append(slices.Clone(c.Said), escalation.Said{
			No: len(c.Said) + 1, At: p.now, Officer: none(w[2]), Kind: escalation.SaidKind(w[3]), End: bot.End(none(w[4])), Text: w[5],
		})
		if last := &c.Said[len(c.Said)-1]; last.End == bot.EndFailed {
			last.Reason = "blocked"
		}
		p.cases[w[1]] = c
	default:
		p.t.Fatalf("unknown line %q", line)
	}
}

func none(s string) string { return strings.TrimPrefix(s, "-") }

func (p *stage) putCase(w []string) {
	c, ok := p.cases[w[1]]
	if !ok {
		c = escalation.Case{
			Code: w[1], Chat: bot.ChatID{Channel: "zalo-oa", Bot: "main", Chat: "dan-" + w[1]}, Epoch: 1,
			Opened: tuesday.Add(-2 * time.Hour), Matter: bot.MatterQuestion, Due: p.desks.Due(w[4], tuesday.Add(-2*time.Hour)),
		}
	}
	c.State, c.Holder, c.Desk, c.Question = bot.CaseState(w[2]), none(w[3]), w[4], none(w[5])
	c.Closed = time.Time{}
	if !c.State.Open() {
		c.Closed = p.now
	}
	p.cases[w[1]] = c
}

func (p *stage) change(w []string) {
	c, ok := p.cases[w[1]]
	if !ok {
		p.t.Fatalf("no case %s", w[1])
	}
	value := strings.Join(w[3:], " ")
	switch w[2] {
	case "near":
		c.Near = strings.Split(value, ",")
	case "phone":
		c.Phone = value
	case "place":
		c.Place = value
	case "topic":
		c.Topic = value
	case "matter":
		c.Matter = bot.Matter(value)
	case "epoch":
		c.Epoch, _ = strconv.ParseUint(value, 10, 64)
	case "rung":
		c.Rung, _ = strconv.Atoi(value)
	case "log":
		c.Log = append(slices.Clone(c.Log), escalation.Entry{At: p.now, What: escalation.Kind(value), By: c.Holder})
	case "files":
		for kind := range strings.SplitSeq(value, ",") {
			c.Files = append(slices.Clone(c.Files), bot.Attachment{Kind: bot.AttachmentKind(kind), Key: "k" + kind})
		}
	case "turn":
		entry, asked, _ := strings.Cut(value, " ")
		c.Turns = append(slices.Clone(c.Turns), bot.Turn{Asked: asked, Entry: none(entry), At: p.now})
	default:
		p.t.Fatalf("cannot set %q", w[2])
	}
	p.cases[w[1]] = c
}

// direct does what a "!" line says and reports whether a step was made.
func (p *stage) direct(what string) bool {
	p.t.Helper()
	verb, arg, _ := strings.Cut(what, " ")
	first, rest, _ := strings.Cut(arg, " ")
	photo := []bot.Attachment{{Kind: bot.AttachPhoto, Key: "kphoto", Source: "https://photo.example/1"}}
	switch verb {
	case "press":
		p.press(arg)
	case "payload":
		p.message(bot.Message{Kind: bot.KindPress, Payload: arg})
	case "open":
		p.message(bot.Message{Kind: bot.KindOpen})
	case "late":
		p.message(bot.Message{Kind: bot.KindLate, At: p.now.Add(-72 * time.Hour)})
	case "reply":
		p.message(bot.Message{Kind: bot.KindText, Text: rest, About: first, ReplyTo: "m" + first})
	case "photo":
		m := bot.Message{Kind: bot.KindOther, Text: rest, About: none(first), Attachments: photo}
		if rest != "" {
			m.Kind = bot.KindText
		}
		p.message(m)
	case "voice":
		p.message(bot.Message{Kind: bot.KindOther, About: none(first), Attachments: []bot.Attachment{{Kind: bot.AttachVoice, Key: "kvoice"}}})
	case "sticker":
		p.message(bot.Message{Kind: bot.KindOther, Attachments: []bot.Attachment{{Kind: bot.AttachSticker, Source: "x"}}})
	case "told":
		p.told(strings.Fields(arg))
	case "home":
		p.home()
	case "resident":
		kind, text, _ := strings.Cut(rest, " ")
		p.resident(first, kind, text)
	case "ended":
		p.step(bot.Message{Kind: bot.KindLetter, Letter: &bot.Letter{To: p.chat, From: p.chat, Ended: &bot.Ended{Track: "card:" + first, End: bot.End(rest)}}})
	case "strike":
		book := escalation.BookOf(p.stored)
		p.step(bot.Message{Kind: bot.KindDue, Payload: book.Code})
	default:
		p.time(verb, arg)
		return false
	}
	return true
}

// time does what needs no step.
func (p *stage) time(verb, arg string) {
	p.t.Helper()
	var err error
	switch verb {
	case "by":
		p.writer = strings.TrimPrefix(arg, "stranger")
	case "wait":
		var d time.Duration
		d, err = time.ParseDuration(arg)
		p.now = p.now.Add(d)
	case "at":
		p.now, err = time.ParseInLocation("02/01/2006 15h04", arg, vietnam)
	default:
		p.t.Fatalf("unknown directive %q", verb)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *stage) press(label string) {
	p.t.Helper()
	for _, r := range slices.Backward(p.shown) {
		for _, b := range r.Buttons {
			if b.Label == label {
				p.message(bot.Message{Kind: bot.KindPress, Text: b.Label, Payload: b.Payload, About: r.Case, ReplyTo: "x"})
				return
			}
		}
	}
	p.t.Fatalf("no button %q", label)
}

// told has the home of a case tell this chat what happened.
func (p *stage) told(w []string) {
	p.t.Helper()
	c := p.cases[w[0]]
	var effects []escalation.Effect
	for _, arg := range w[1:] {
		key, value, isArg := strings.Cut(arg, "=")
		if !isArg {
			effects = append(effects, escalation.Effect{What: escalation.What(arg), To: p.chat})
			continue
		}
		e := &effects[len(effects)-1]
		switch key {
		case "no":
			e.No, _ = strconv.Atoi(value)
		case "by":
			e.By = value
		case "desk":
			e.Desk = value
		case "note":
			e.Note = value
		}
	}
	p.deliver(c, effects)
}

// deliver brings what is told because of effects to this chat.
func (p *stage) deliver(c escalation.Case, effects []escalation.Effect) {
	p.t.Helper()
	_, letters := p.office.Post(c, effects, time.Time{}, 0, p.now)
	p.out = exchange.Outcome{}
	for _, l := range letters {
		if l.To == p.chat {
			l.From = c.Chat
			p.step(bot.Message{Kind: bot.KindLetter, Letter: &l})
		}
	}
}

// home applies the events that this chat has just sent.
func (p *stage) home() {
	p.t.Helper()
	for _, l := range p.out.Letters {
		e, err := escalation.ReadEvent(l.Event)
		if err != nil || e == nil {
			p.t.Fatalf("a letter that cannot be read: %v", err)
		}
		e.From = p.chat
		p.apply(*e)
	}
}

// resident applies something that the resident or the outbox did.
func (p *stage) resident(code, kind, text string) {
	p.t.Helper()
	c := p.cases[code]
	e := escalation.Event{Kind: escalation.Kind(kind), Code: code, Text: text, Phone: text}
	switch kind {
	case "open":
		if c.Code == "" {
			p.cases[code] = escalation.Case{Code: code, Chat: bot.ChatID{Channel: "zalo-oa", Bot: "main", Chat: "dan-" + code}}
		}
		e.Kind, e.Open = escalation.Opened, &bot.CaseAct{Kind: bot.ActOpen, Code: code, Question: text, Topic: "bao-hiem-y-te"}
	case "sent", "failed", "held":
		e = escalation.Event{Kind: escalation.Ended, Code: code, No: len(c.Said), End: bot.End(kind), Reason: text}
	}
	p.apply(e)
}

func (p *stage) apply(e escalation.Event) {
	p.t.Helper()
	c, effects := escalation.Apply(p.cases[e.Code], e, escalation.World{Desks: p.desks, Reach: registry{p.desks}, Now: p.now, Random: 4829130000000})
	p.cases[e.Code] = c
	p.deliver(c, effects)
}

// message is something the chat itself wrote.
func (p *stage) message(m bot.Message) {
	p.t.Helper()
	m.Room = p.owner == ""
	switch o, ok := p.desks.Officer(p.writer); {
	case !ok:
		m.Sender = "666"
	default:
		for _, c := range o.Chats {
			if c.Channel == p.chat.Channel {
				m.Sender = c.Chat
			}
		}
	}
	p.step(m)
}

func (p *stage) step(m bot.Message) {
	p.t.Helper()
	p.n++
	p.now = p.now.Add(10 * time.Second)
	m.Chat, m.ID = p.chat, strconv.Itoa(p.n)
	if m.At.IsZero() {
		m.At = p.now
	}
	s := exchange.Situation{
		Chat: record.Chat{Cases: p.stored}, Message: m, Now: p.now, CodePrefix: "200", Random: uint64(p.n),
		Mentioned: map[string]record.Case{},
	}
	for _, code := range p.office.OfficerMentions(s) {
		if c, ok := p.cases[code]; ok {
			r, err := c.Record(p.now)
			if err != nil {
				p.t.Fatal(err)
			}
			s.Mentioned[code] = r
		}
	}
	if p.owner != "" {
		p.out = p.office.OfficerStep(s, p.owner)
	} else {
		p.out = p.office.RoomStep(s, p.writer)
	}
	p.save(m)
	for _, r := range p.out.Replies {
		if len(r.Buttons) > 0 {
			p.shown = append(p.shown, r)
		}
	}
}

// save does with the outcome what a store would.
func (p *stage) save(m bot.Message) {
	p.t.Helper()
	var out []record.Outgoing
	for _, r := range p.out.Replies {
		out = append(out, record.Outgoing{Reply: r})
		for _, b := range r.Buttons {
			if len(b.Payload) > escalation.MaxPayload || len([]rune(b.Label)) > 24 || b.Label == "" {
				p.t.Errorf("button %q with %q cannot be shown", b.Label, b.Payload)
			}
		}
	}
	save := record.Save{Chat: p.chat, Update: m.ID, Out: out, Cases: p.out.Cases, Letters: p.out.Letters, Day: "2026-11-24", Counts: p.out.Counts}
	if err := save.Check(); err != nil {
		p.t.Errorf("what was decided cannot be saved: %v", err)
	}
	for _, c := range p.out.Cases {
		if c.New != (len(p.stored) == 0) {
			p.t.Errorf("book is new: %v, of %d stored", c.New, len(p.stored))
		}
		p.stored = []record.Case{c.Case}
	}
	if m.Kind != bot.KindLetter && m.Kind != bot.KindDue && p.owner != "" && len(p.out.Replies)+len(p.out.Letters) == 0 {
		p.t.Errorf("nothing follows from %q", m.Text+m.Payload)
	}
	if next := escalation.BookOf(p.stored).Next; !next.IsZero() && !next.After(p.now) {
		p.t.Errorf("at %v the book strikes next at %v", p.now, next)
	}
}

func (p *stage) record() []string {
	var out []string
	for _, r := range p.out.Replies {
		head := "< [" + string(r.Kind)
		if r.Case != "" {
			head += " " + r.Case
		}
		if r.Card != "" {
			head += " in place"
		}
		out = append(out, head+"]")
		for _, a := range r.Attachments {
			out = append(out, "<   + "+string(a.Kind))
		}
		for l := range strings.SplitSeq(r.Text, "\n") {
			out = append(out, strings.TrimRight("< "+l, " "))
		}
		if r.Update != "" {
			out = append(out, "<   ~ "+strings.ReplaceAll(r.Update, "\n", " / "))
		}
		for i, b := range r.Buttons {
			out = append(out, fmt.Sprintf("<   %d %s", i+1, b.Label))
		}
	}
	for _, l := range p.out.Letters {
		e, err := escalation.ReadEvent(l.Event)
		if err != nil || e == nil {
			out = append(out, "< → not to be read")
			continue
		}
		what := fmt.Sprintf("< → %s: %s by %s at %d", l.To, e.Kind, e.By, e.Epoch)
		for _, part := range []string{e.Entry, e.Desk, e.Reason, strings.ReplaceAll(e.Text, "\n", " / "), string(e.End)} {
			if part != "" {
				what += " · " + part
			}
		}
		for _, a := range e.Files {
			what += " + " + string(a.Kind)
		}
		out = append(out, what)
	}
	if len(out) == 0 {
		out = append(out, "< (nothing)")
	}
	return out
}

// check returns what is wrong with an expectation, "" if it holds.
func (p *stage) check(want string) string {
	var text, labels []string
	for _, r := range p.out.Replies {
		text = append(text, r.Text)
		for _, b := range r.Buttons {
			labels = append(labels, b.Label)
		}
	}
	var sent []string
	for _, l := range p.out.Letters {
		if e, err := escalation.ReadEvent(l.Event); err == nil && e != nil {
			sent = append(sent, string(e.Kind)+" "+e.Code)
		}
	}
	book := escalation.BookOf(p.stored)
	verb, arg, _ := strings.Cut(want, " ")
	ok := false
	switch verb {
	case "says":
		ok = strings.Contains(strings.Join(text, "\n"), arg)
	case "not":
		ok = !strings.Contains(strings.Join(text, "\n"), strings.TrimPrefix(arg, "says "))
	case "button":
		ok = slices.Contains(labels, arg)
	case "no":
		ok = len(labels) == 0
	case "nothing":
		ok = len(p.out.Replies)+len(p.out.Letters)+len(p.out.Cases) == 0
	case "sends":
		ok = slices.Equal(sent, strings.Split(arg, ", ")) || arg == "nothing" && len(sent) == 0
	case "focus":
		ok = book.Focus == none(arg)
	case "lines":
		ok = strings.Join(slices.Sorted(maps.Keys(linesOf(book))), " ") == none(arg)
	case "next":
		ok = !book.Next.IsZero() && book.Next.In(vietnam).Format("02/01 15h04") == arg || arg == "never" && book.Next.IsZero()
	}
	if ok {
		return ""
	}
	return fmt.Sprintf("sent %v, focus %q, next %v", sent, book.Focus, book.Next.In(vietnam))
}

func linesOf(b escalation.Book) map[string]bool {
	out := map[string]bool{}
	for _, l := range b.Lines {
		out[l.Code] = true
	}
	return out
}
