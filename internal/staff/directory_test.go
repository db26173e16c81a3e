package staff_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/staff"
)

func TestTheFileAloneRegisters(t *testing.T) {
	t.Parallel()
	b := onBolt(t)
	s := b.one.Snapshot()
	reaches(t, s, "lan", lanPhone)
	belongs(t, s, lanPhone, "lan")
	reaches(t, s, "hoa", bot.ChatID{})
	belongs(t, s, phone, "")
	belongs(t, s, bot.ChatID{Channel: "zalo-oa", Bot: "main", Chat: lanPhone.Chat}, "")

	b.file = &file{{ID: "lan", Chats: []bot.ChatID{zalo, phone}}, {ID: "tam", Chats: []bot.ChatID{zalo}}}
	s = b.one.Snapshot()
	reaches(t, s, "lan", zalo)
	belongs(t, s, zalo, "lan") // the first who claims it
	belongs(t, s, phone, "lan")
	belongs(t, s, lanPhone, "")
	reaches(t, s, "tam", bot.ChatID{})
}

func TestNobodyIsAnOfficerWithoutAFile(t *testing.T) {
	t.Parallel()
	b := onBolt(t)
	code := invite(t, b.one, "hoa")
	none := staff.New(staff.Config{Safe: b.store, Leases: b.store, Key: []byte("key"), Roster: func() staff.Roster { return nil }, Now: b.clock.now})
	belongs(t, fresh(t, none), lanPhone, "")
	if _, err := none.Invite(t.Context(), "lan"); !errors.Is(err, staff.ErrUnknown) {
		t.Errorf("Invite = %v, want ErrUnknown", err)
	}
	if _, err := none.Redeem(t.Context(), try(phone, "1", code)); !errors.Is(err, staff.ErrNoInvite) {
		t.Errorf("Redeem = %v, want ErrNoInvite", err)
	}
	joins(t, b.one, phone, code, "hoa") // which cost nobody the invitation
}

func TestAnInvitationRegisters(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, b *bench) {
		joins(t, b.two, zalo, invite(t, b.one, "hoa"), "hoa")
		reaches(t, b.two.Snapshot(), "hoa", zalo) // at once where it was redeemed
		belongs(t, b.one.Snapshot(), zalo, "")    // and elsewhere after a look
		s := fresh(t, b.one)
		belongs(t, s, zalo, "hoa")

		// A second chat comes beside the first, and the newest is preferred.
		joins(t, b.one, phone, invite(t, b.two, "hoa"), "hoa")
		s = fresh(t, b.two)
		reaches(t, s, "hoa", phone)
		belongs(t, s, zalo, "hoa")
		joins(t, b.one, zalo, invite(t, b.one, "hoa"), "hoa")
		reaches(t, b.one.Snapshot(), "hoa", zalo)

		// So it is beside a chat of the file.
		other := bot.ChatID{Channel: "zalo-bot", Bot: "main", Chat: "9"}
		joins(t, b.one, other, invite(t, b.one, "lan"), "lan")
		reaches(t, b.one.Snapshot(), "lan", other)
		belongs(t, b.one.Snapshot(), lanPhone, "lan")
	})
}

// Whoever answers in a private chat with topics is known by the sender's id in
// all of them, and written to where the code was typed.
func TestTheSenderIsWhoCounts(t *testing.T) {
	t.Parallel()
	b := onBolt(t)
	topic := bot.ChatID{Channel: "telegram", Bot: "main", Chat: phone.Chat + "/5"}
	got, err := b.one.Redeem(t.Context(), staff.Try{Chat: topic, Sender: phone.Chat, ID: "1", Code: invite(t, b.one, "hoa")})
	if got != "hoa" || err != nil {
		t.Fatalf("Redeem = %q, %v", got, err)
	}
	s := fresh(t, b.two)
	reaches(t, s, "hoa", topic)
	belongs(t, s, phone, "hoa")
	belongs(t, s, topic, "hoa")
	// The same person elsewhere is no second officer.
	if _, err := b.one.Redeem(t.Context(), try(phone, "2", invite(t, b.one, "lan"))); !errors.Is(err, staff.ErrNoInvite) {
		t.Errorf("Redeem = %v, want ErrNoInvite", err)
	}
}

func TestWhatIsNoInvitation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		try func(b *bench, code string) staff.Try
		// void says that the code is of no use to anybody afterwards.
		void bool
	}{
		"a wrong code":             {func(_ *bench, _ string) staff.Try { return try(phone, "1", strings.Repeat("0", 26)) }, false},
		"no code":                  {func(_ *bench, _ string) staff.Try { return try(phone, "1", "xin chào") }, false},
		"nobody knows who":         {func(_ *bench, code string) staff.Try { return staff.Try{Chat: phone, ID: "1", Code: code} }, false},
		"another officer's chat":   {func(_ *bench, code string) staff.Try { return try(lanPhone, "1", code) }, true},
		"too old":                  {func(b *bench, code string) staff.Try { b.clock.advance(staff.Life); return try(phone, "1", code) }, true},
		"not in the file any more": {func(b *bench, code string) staff.Try { *b.file = (*b.file)[:1]; return try(phone, "1", code) }, true},
		"a room": {func(_ *bench, code string) staff.Try {
			return staff.Try{Chat: room, Sender: phone.Chat, Room: true, ID: "1", Code: code}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := onBolt(t)
			code := invite(t, b.one, "hoa")
			officer, err := b.two.Redeem(t.Context(), c.try(b, code))
			if officer != "" || !errors.Is(err, staff.ErrNoInvite) {
				t.Fatalf("Redeem = %q, %v, want ErrNoInvite", officer, err)
			}
			quotesNothing(t, err.Error(), code)
			belongs(t, b.two.Snapshot(), phone, "")
			belongs(t, b.two.Snapshot(), lanPhone, "lan")
			officer, err = b.one.Redeem(t.Context(), try(zalo, "2", code))
			if void := errors.Is(err, staff.ErrNoInvite); void != c.void || !void && officer != "hoa" {
				t.Errorf("afterwards Redeem = %q, %v, want it void: %t", officer, err, c.void)
			}
		})
	}
}

// A code may be typed as people type.
func TestHowACodeIsWritten(t *testing.T) {
	t.Parallel()
	b := onBolt(t)
	for name, write := range map[string]func(code string) string{
		"as shown":       func(c string) string { return c },
		"without dashes": func(c string) string { return strings.ReplaceAll(c, "-", "") },
		"small":          strings.ToLower,
		"other dashes":   func(c string) string { return strings.ReplaceAll(c, "-", "–") },
		"with space":     func(c string) string { return " \n" + c + " " },
		"mistaken":       func(c string) string { return strings.NewReplacer("0", "o", "1", "l").Replace(c) },
		"mistaken again": func(c string) string { return strings.NewReplacer("0", "O", "1", "I").Replace(c) },
	} {
		code := invite(t, b.one, "hoa")
		if strings.ContainsAny(code, "ILOU") || len(code) != 30 {
			t.Errorf("code of %d letters, or with one that is mistaken", len(code))
		}
		if officer, err := b.one.Redeem(t.Context(), try(phone, name, write(code))); officer != "hoa" || err != nil {
			t.Errorf("%s: %q, %v", name, officer, err)
		}
	}
}

func TestOfTwoWhoRedeemAtOnceOneWins(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, b *bench) {
		code := invite(t, b.one, "hoa")
		chats := make([]bot.ChatID, 8)
		won := make([]bool, len(chats))
		var all sync.WaitGroup
		for i := range chats {
			chats[i] = bot.ChatID{Channel: "telegram", Bot: "main", Chat: fmt.Sprint(500 + i)}
			all.Go(func() {
				officer, err := []*staff.Directory{b.one, b.two}[i%2].Redeem(t.Context(), try(chats[i], "1", code))
				won[i] = officer == "hoa"
				if err != nil && !errors.Is(err, staff.ErrNoInvite) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		s := fresh(t, b.one)
		winners := 0
		for i, chat := range chats {
			if won[i] {
				winners++
				reaches(t, s, "hoa", chat)
			} else {
				belongs(t, s, chat, "")
			}
		}
		if winners != 1 {
			t.Errorf("%d redeemed one invitation", winners)
		}
	})
}

// Changes that meet are all made.
func TestChangesDoNotLoseEachOther(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, b *bench) {
		codes := make([]string, 12)
		var all sync.WaitGroup
		for i := range codes {
			all.Go(func() {
				made, err := []*staff.Directory{b.one, b.two}[i%2].Invite(t.Context(), "hoa")
				if err != nil {
					t.Error(err)
				}
				codes[i] = made.Code
			})
		}
		all.Wait()
		for i, code := range codes {
			joins(t, b.one, bot.ChatID{Channel: "telegram", Bot: "main", Chat: fmt.Sprint(600 + i)}, code, "hoa")
		}
	})
}

func TestFiveWrongTriesADay(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, b *bench) {
		good := invite(t, b.one, "hoa")
		wrong := func(chat bot.ChatID, id string, want error) {
			t.Helper()
			if _, err := b.two.Redeem(t.Context(), try(chat, id, strings.Repeat("Z", 25)+"0")); !errors.Is(err, want) {
				t.Errorf("try %s: %v, want %v", id, err, want)
			}
		}
		for i := range 5 {
			for range 3 { // a message that comes again is no other try
				wrong(phone, fmt.Sprint(i), staff.ErrNoInvite)
			}
		}
		wrong(phone, "5", staff.ErrTooMany)
		wrong(bot.ChatID{Channel: "telegram", Bot: "main", Chat: "75000005"}, "5", staff.ErrNoInvite)
		if _, err := b.one.Redeem(t.Context(), try(phone, "6", good)); !errors.Is(err, staff.ErrTooMany) {
			t.Errorf("the right code after five wrong ones: %v, want ErrTooMany", err)
		}
		b.clock.advance(24*time.Hour + time.Second)
		wrong(phone, "7", staff.ErrNoInvite)
		joins(t, b.one, phone, invite(t, b.one, "hoa"), "hoa")
	})
}

// Those who get it right have used up no try.
func TestRightCodesAreNotCounted(t *testing.T) {
	t.Parallel()
	b := onBolt(t)
	for i := range 8 {
		if _, err := b.one.Redeem(t.Context(), try(phone, fmt.Sprint(i), invite(t, b.one, "hoa"))); err != nil {
			t.Fatalf("invitation %d: %v", i+1, err)
		}
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, b *bench) {
		joins(t, b.one, zalo, invite(t, b.one, "lan"), "lan")
		open := invite(t, b.one, "lan")
		took, err := b.two.Remove(t.Context(), "lan")
		if err != nil || took != (staff.Removal{Registered: 1, InFile: 1, Invited: 1}) {
			t.Fatalf("Remove = %+v, %v", took, err)
		}
		belongs(t, b.two.Snapshot(), lanPhone, "") // at once where it was done
		s := fresh(t, b.one)
		for _, chat := range []bot.ChatID{lanPhone, zalo} {
			belongs(t, s, chat, "")
		}
		reaches(t, s, "lan", bot.ChatID{})
		if _, err := b.one.Redeem(t.Context(), try(phone, "1", open)); !errors.Is(err, staff.ErrNoInvite) {
			t.Errorf("an invitation made before: %v, want it void", err)
		}
		if took, err = b.one.Remove(t.Context(), "lan"); err != nil || !took.None() {
			t.Errorf("Remove again = %+v, %v", took, err)
		}
		if _, err = b.one.Remove(t.Context(), "nobody"); !errors.Is(err, staff.ErrUnknown) {
			t.Errorf("Remove of nobody = %v, want ErrUnknown", err)
		}
		if _, err = b.one.Invite(t.Context(), "nobody"); !errors.Is(err, staff.ErrUnknown) {
			t.Errorf("Invite of nobody = %v, want ErrUnknown", err)
		}
	})
}

// Who was removed comes back by an invitation, or by a chat that the file did
// not name before; the chat that was removed does not.
func TestHowTheRemovedComeBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		back func(t *testing.T, b *bench)
		want bot.ChatID
		old  string // whose the removed chat is then
	}{
		"not by themselves": {func(*testing.T, *bench) {}, bot.ChatID{}, ""},
		"not by a file that says the same": {func(_ *testing.T, b *bench) {
			b.file = lanAndHoa()
		}, bot.ChatID{}, ""},
		"by an invitation": {func(t *testing.T, b *bench) {
			joins(t, b.two, phone, invite(t, b.two, "lan"), "lan")
		}, phone, ""},
		"by an invitation for the same chat": {func(t *testing.T, b *bench) {
			joins(t, b.two, lanPhone, invite(t, b.two, "lan"), "lan")
		}, lanPhone, "lan"},
		"by another chat of the file": {func(_ *testing.T, b *bench) {
			b.file = &file{{ID: "lan", Chats: []bot.ChatID{lanPhone, zalo}}}
		}, zalo, ""},
		"as somebody else": {func(_ *testing.T, b *bench) {
			b.file = &file{{ID: "lan"}, {ID: "hoa", Chats: []bot.ChatID{lanPhone}}}
		}, bot.ChatID{}, "hoa"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := onBolt(t)
			if _, err := b.one.Remove(t.Context(), "lan"); err != nil {
				t.Fatal(err)
			}
			c.back(t, b)
			s := fresh(t, b.one)
			reaches(t, s, "lan", c.want)
			belongs(t, s, lanPhone, c.old)
		})
	}
}

// What the file says later is the last word on whose a chat is.
func TestTheFileTakesAChatOver(t *testing.T) {
	t.Parallel()
	b := onBolt(t)
	joins(t, b.one, phone, invite(t, b.one, "hoa"), "hoa")
	b.file = &file{{ID: "lan", Chats: []bot.ChatID{phone}}, {ID: "hoa"}}
	s := b.one.Snapshot()
	belongs(t, s, phone, "lan")
	reaches(t, s, "hoa", bot.ChatID{})
	b.file = &file{{ID: "lan"}}
	belongs(t, b.one.Snapshot(), phone, "") // hoa is no officer any more
}

func TestWithoutTheStoreTheLastCopyServes(t *testing.T) {
	t.Parallel()
	b := onBolt(t)
	store := &shaky{safe: b.store}
	d := b.directory(store)
	code := invite(t, d, "hoa")
	joins(t, d, phone, code, "hoa")
	store.set(true, false)
	_, invited := d.Invite(t.Context(), "hoa")
	_, removed := d.Remove(t.Context(), "hoa")
	_, listed := d.People(t.Context())
	_, redeemed := d.Redeem(t.Context(), try(zalo, "1", code))
	for call, err := range map[string]error{"Fresh": d.Fresh(t.Context()), "Invite": invited, "Remove": removed, "People": listed, "Redeem": redeemed} {
		if !errors.Is(err, errAway) {
			t.Errorf("%s = %v, want the error of the store", call, err)
		}
		quotesNothing(t, err.Error(), code)
	}
	reaches(t, d.Snapshot(), "hoa", phone)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Fresh(ctx); err == nil {
		t.Error("Fresh without time looked")
	}
}

// A redemption whose answer was lost is found when the message comes again.
func TestALostAnswerToARedemption(t *testing.T) {
	t.Parallel()
	b := onBolt(t)
	store := &shaky{safe: b.store}
	d := b.directory(store)
	code := invite(t, d, "hoa")
	store.set(false, true)
	if _, err := d.Redeem(t.Context(), try(phone, "1", code)); !errors.Is(err, errAway) {
		t.Fatalf("Redeem = %v", err)
	}
	store.set(false, false)
	for range 2 {
		joins(t, d, phone, code, "hoa")
	}
	if _, err := d.Redeem(t.Context(), try(zalo, "1", code)); !errors.Is(err, staff.ErrNoInvite) {
		t.Errorf("another one with the same code: %v", err)
	}
	if _, err := d.Remove(t.Context(), "hoa"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Redeem(t.Context(), try(phone, "1", code)); !errors.Is(err, staff.ErrNoInvite) {
		t.Errorf("the same code after a removal: %v, want ErrNoInvite", err)
	}
}

// Whatever stands in the register: it is told as damage, or as a version to
// come, and never overwritten.
func TestARegisterThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]error{
		"{":         record.ErrCorrupt,
		"{}":        record.ErrCorrupt,
		"secret":    record.ErrCorrupt,
		`{"v":2}`:   record.ErrVersion,
		`{"v":"1"}`: record.ErrCorrupt,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			b := onBolt(t)
			if _, err := b.store.Swap(t.Context(), staff.RegisterName, nil, []byte(text)); err != nil {
				t.Fatal(err)
			}
			_, err := b.one.Invite(t.Context(), "hoa")
			for _, err := range []error{err, b.one.Fresh(t.Context())} {
				if !errors.Is(err, want) || strings.Contains(err.Error(), "secret") {
					t.Errorf("got %v, want %v that quotes nothing", err, want)
				}
			}
			if raw, err := b.store.Value(t.Context(), staff.RegisterName); string(raw) != text || err != nil {
				t.Errorf("stored: %q, %v", raw, err)
			}
		})
	}
}

// No code is stored, and ids that may hold any byte are kept as they are.
func TestWhatIsStored(t *testing.T) {
	t.Parallel()
	b := onBolt(t)
	odd := bot.ChatID{Channel: "zalo-bot", Bot: "main", Chat: "\xff\x00\""}
	used, open := invite(t, b.one, "hoa"), invite(t, b.one, "hoa")
	joins(t, b.one, odd, used, "hoa")
	raw, err := b.store.Value(t.Context(), staff.RegisterName)
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{used, open} {
		if strings.Contains(string(raw), code) || strings.Contains(string(raw), strings.ReplaceAll(code, "-", "")) {
			t.Error("a code is stored")
		}
	}
	reaches(t, fresh(t, b.two), "hoa", odd)
}

// A register that is full says so and stays as it is. Room is left for a
// province's officers.
func TestAFullRegister(t *testing.T) {
	t.Parallel()
	b := onBolt(t)
	n := 0
	for {
		_, err := b.one.Invite(t.Context(), "hoa")
		if err != nil {
			if !strings.Contains(err.Error(), "full") {
				t.Errorf("got %v", err)
			}
			break
		}
		n++
	}
	if n < 400 {
		t.Errorf("room for %d invitations", n)
	}
	b.clock.advance(staff.Life)
	invite(t, b.one, "hoa")
}

func TestPeople(t *testing.T) {
	t.Parallel()
	b := onBolt(t)
	*b.file = append(*b.file, desks.Officer{ID: "tam", Name: "Chị Tám"})
	joins(t, b.one, zalo, invite(t, b.one, "lan"), "lan")
	joins(t, b.one, phone, invite(t, b.one, "tam"), "tam")
	b.clock.advance(time.Hour)
	made, err := b.two.Invite(t.Context(), "hoa")
	if err != nil || !made.Until.Equal(noon.Add(time.Hour+staff.Life)) || made.Officer.Name != "Anh Hòa" {
		t.Errorf("Invite = until %v for %s, %v", made.Until, made.Officer.Name, err)
	}
	*b.file = (*b.file)[:2]
	people, err := b.one.People(t.Context())
	if err != nil || len(people) != 3 {
		t.Fatalf("%d people, %v", len(people), err)
	}
	lan, hoa, tam := people[0], people[1], people[2]
	if want := []staff.Contact{{Chat: zalo, Since: time.Unix(noon.Unix(), 0)}, {Chat: lanPhone}}; lan.ID != "lan" || lan.Gone || !slices.Equal(lan.Contacts, want) {
		t.Errorf("lan: %+v", lan)
	}
	if hoa.Name != "Anh Hòa" || len(hoa.Contacts) != 0 || !hoa.Invited.Equal(made.Until) {
		t.Errorf("hoa: %+v", hoa)
	}
	if tam.ID != "tam" || !tam.Gone {
		t.Errorf("tam: %+v", tam)
	}
	if _, err := b.one.Remove(t.Context(), "lan"); err != nil {
		t.Fatal(err)
	}
	if people, err = b.two.People(t.Context()); err != nil || people[0].Removed != 1 || len(people[0].Contacts) != 0 {
		t.Errorf("lan after a removal: %+v, %v", people[0], err)
	}
}

// Run brings what others changed within its time, and tells once that it cannot.
func TestRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(&memory{values: map[string][]byte{}}, newClock())
		store := &shaky{safe: b.store}
		d := b.directory(store)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- d.Run(ctx) }()
		wait := func(d time.Duration) {
			time.Sleep(d) // of the bubble's clock
			synctest.Wait()
		}
		joins(t, b.one, phone, invite(t, b.one, "hoa"), "hoa")
		wait(2 * time.Second)
		belongs(t, d.Snapshot(), phone, "hoa")
		store.set(true, false)
		if _, err := b.one.Remove(t.Context(), "hoa"); err != nil {
			t.Fatal(err)
		}
		wait(20 * time.Second)
		belongs(t, d.Snapshot(), phone, "hoa")
		store.set(false, false)
		wait(2 * time.Second)
		belongs(t, d.Snapshot(), phone, "")
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run = %v", err)
		}
		if n := strings.Count(b.log.String(), "cannot be read"); n != 1 || !strings.Contains(b.log.String(), "is read again") {
			t.Errorf("logged %q", b.log.String())
		}
		quotesNothing(t, b.log.String())
	})
}

// memory is a store for a test whose clock is not the machine's.
type memory struct {
	mu     sync.Mutex
	values map[string][]byte
}

func (m *memory) Value(_ context.Context, name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.values[name], nil
}

func (m *memory) Swap(_ context.Context, name string, old, next []byte) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if string(m.values[name]) != string(old) {
		return false, nil
	}
	m.values[name] = next
	return true, nil
}

func (m *memory) Hold(context.Context, string, string, time.Duration) (bool, error) { return true, nil }
func (m *memory) LetGo(context.Context, string, string) error                       { return nil }

func FuzzRegister(f *testing.F) {
	f.Add([]byte(`{"v":1,"e":[{"o":"lan","c":"telegram","b":"main","i":"Nw==","t":1}],"i":[{"o":"hoa","k":"AA==","t":1}],"r":[{"o":"lan"}]}`))
	f.Add([]byte(`{"v":1,"e":[null],"i":null}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		b := newBench(&memory{values: map[string][]byte{staff.RegisterName: raw}}, newClock())
		err := b.one.Fresh(t.Context())
		if err != nil {
			if len(raw) > 0 && !errors.Is(err, record.ErrCorrupt) && !errors.Is(err, record.ErrVersion) {
				t.Errorf("got %v", err)
			}
			return
		}
		// What can be read can be changed, and read again.
		if _, err := b.one.Remove(t.Context(), "lan"); err != nil {
			t.Fatal(err)
		}
		reaches(t, fresh(t, b.two), "lan", bot.ChatID{})
	})
}
