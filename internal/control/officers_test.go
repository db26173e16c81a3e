package control_test

import (
	"errors"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/control"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/staff"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

func openBolt(t *testing.T) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(filepath.Join(t.TempDir(), "doithoai.db"), boltstore.Options{SweepEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Of all that a store keeps under names only the register of officers leaves the
// server.
func TestTheRegisterOfOfficersAlone(t *testing.T) {
	t.Parallel()
	s := openBolt(t)
	client := connect(t, control.Config{Operator: s, Safe: s})
	for _, step := range []struct {
		old, next string
		swapped   bool
	}{{"", "one", true}, {"", "two", false}, {"one", "\x00\xff", true}, {"\x00\xff", "two", true}} {
		swapped, err := client.Swap(t.Context(), staff.RegisterName, []byte(step.old), []byte(step.next))
		if swapped != step.swapped || err != nil {
			t.Errorf("Swap of %q for %q = %v, %v", step.next, step.old, swapped, err)
		}
	}
	here, err := client.Value(t.Context(), staff.RegisterName)
	there, e := s.Value(t.Context(), staff.RegisterName)
	if string(here) != "two" || string(there) != "two" || errors.Join(err, e) != nil {
		t.Errorf("Value = %q, in the store %q, %v", here, there, errors.Join(err, e))
	}
	if _, err := client.Swap(t.Context(), staff.RegisterName, []byte("two"), make([]byte, record.MaxKept+1)); !errors.Is(err, record.ErrInvalid) {
		t.Errorf("Swap for too much = %v, want ErrInvalid", err)
	}
	if _, err := client.Swap(t.Context(), staff.RegisterName, []byte("two"), make([]byte, record.MaxKept)); err != nil {
		t.Errorf("Swap for as much as there is room for = %v", err)
	}
}

func TestCasesAlone(t *testing.T) {
	t.Parallel()
	s := openBolt(t)
	chat := bot.ChatID{Channel: "telegram", Bot: "main", Chat: "7\xff"}
	want := record.Case{
		Code: s.Name(chat).CodePrefix() + "1234567", Chat: chat, Epoch: 3, Ends: time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond), Data: []byte("{\xff"),
	}
	if _, err := s.Save(t.Context(), record.Save{Chat: chat, Update: "1", State: []byte("\x02{}"), Cases: []record.CaseChange{{Case: want, New: true}}}); err != nil {
		t.Fatal(err)
	}
	client := connect(t, control.Config{Operator: s, Safe: s})
	if got, err := client.FindCase(t.Context(), want.Code); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("FindCase = %+v, %v, want %+v", got, err, want)
	}
	if _, err := client.FindCase(t.Context(), "0001234567"); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("FindCase of none = %v, want ErrNotFound", err)
	}
	for name, from := range map[string]control.Operator{"store": s, "server": client} {
		var got []record.Case
		err := control.Cases(t.Context(), from, func(c record.Case) error { got = append(got, c); return nil })
		if err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			t.Errorf("cases of the %s: %+v, %v", name, got, err)
		}
		enough := errors.New("enough")
		if err := control.Cases(t.Context(), from, func(record.Case) error { return enough }); !errors.Is(err, enough) {
			t.Errorf("cases of the %s end with %v, want %v", name, err, enough)
		}
	}
}

func TestCountsOfADay(t *testing.T) {
	t.Parallel()
	s := openBolt(t)
	const day = "2026-11-21"
	save := record.Save{Chat: bot.ChatID{Channel: "web", Bot: "main", Chat: "1"}, Update: "1", State: []byte("\x02{}"), Day: day, Counts: []string{"a.b", "c\xff", "a.b"}}
	if _, err := s.Save(t.Context(), save); err != nil {
		t.Fatal(err)
	}
	client := connect(t, control.Config{Operator: s})
	for day, want := range map[string]map[string]uint64{day: {"a.b": 2, "c\xff": 1}, "2026-11-20": {}} {
		if got, err := client.Counts(t.Context(), day); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("Counts of %s = %v, %v, want %v", day, got, err, want)
		}
	}
}

// A store that keeps no officers and finds no cases says so.
func TestAStoreWithoutOfficers(t *testing.T) {
	t.Parallel()
	client := connect(t, control.Config{Operator: &bench{}})
	_, value := client.Value(t.Context(), staff.RegisterName)
	_, swap := client.Swap(t.Context(), staff.RegisterName, nil, nil)
	_, found := client.FindCase(t.Context(), "0001234567")
	_, counts := client.Counts(t.Context(), "2026-11-21")
	for call, err := range map[string]error{"Counts": counts, "Value": value, "Swap": swap, "FindCase": found} {
		if !errors.Is(err, control.ErrUnsupported) {
			t.Errorf("%s = %v, want ErrUnsupported", call, err)
		}
	}
}
