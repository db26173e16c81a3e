package storetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

func claimTests() []test {
	return []test{
		{name: "LanesDoNotMix", run: lanesDoNotMix},
		{name: "ClaimTakesTheLongestDueFirst", run: claimOrder},
		{name: "ClaimPrefersWhatAPersonWrote", run: claimPrefersPersons},
		{name: "NoQueueIsClaimedTwice", run: claimersRace},
		{name: "DueWorkSurvivesReopening", run: dueAfterReopen},
	}
}

func lanesDoNotMix(t *testing.T, e *Engine) {
	lanes := []bot.ChatID{
		{Channel: "telegram", Bot: "a", Chat: "x"}, {Channel: "telegram", Bot: "b", Chat: "x"},
		{Channel: "zalo-oa", Bot: "a", Chat: "x"}, {Channel: "{z}:", Bot: "*\n", Chat: "{}"},
	}
	for _, chat := range lanes {
		pushing(t, e, chat).put(reply(chat.String()))
	}
	if got := claim(t, e, "telegram/", 9); len(got) != 0 {
		t.Errorf("Claim of no lane = %+v", got)
	}
	for _, chat := range lanes {
		if got := take(t, e, chat); got.Delivery.Reply.Text != chat.String() {
			t.Errorf("Claim of %s = %+v", record.Lane(chat), got)
		}
	}
}

func claimOrder(t *testing.T, e *Engine) {
	var want []string
	for _, name := range []string{"c", "a", "b", "e", "d"} {
		pushing(t, e, sent(name)).put(reply(name))
		want = append(want, name)
		e.Advance(time.Second)
	}
	var got []string
	for _, n := range []int{1, 3, 9} {
		for _, l := range claim(t, e, record.Lane(chatS), n) {
			got = append(got, l.Delivery.Reply.Text)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("Claim gave %q, want %q", got, want)
	}
}

func claimPrefersPersons(t *testing.T, e *Engine) {
	save := func(name string, p record.Priority) { pushing(t, e, sent(name)).put(say(name, p)) }
	save("long ago", record.PriorityReply)
	e.Advance(record.PersonBoost/2 + time.Second)
	save("bot", record.PriorityReply)
	e.Advance(record.PersonBoost / 2)
	save("officer", record.PriorityPerson)
	e.Advance(time.Second)
	wantClaimed(t, e, chatS, "long ago", "officer", "bot")
}

func claimersRace(t *testing.T, e *Engine) {
	const chats, claimers = 40, 8
	for i := range chats {
		pushing(t, e, sent(string(rune('A'+i)))).put(reply("1"), reply("2"))
	}
	clients := e.clients()
	var mu sync.Mutex
	held := map[bot.ChatID]record.Token{}
	var wait sync.WaitGroup
	for i := range claimers {
		wait.Go(func() {
			for {
				ls, err := clients[i%len(clients)].Claim(t.Context(), record.Lane(chatS), 3)
				if err != nil {
					t.Errorf("Claim: %v", err)
				}
				if len(ls) == 0 {
					return
				}
				mu.Lock()
				for _, l := range ls {
					if _, ok := held[l.Delivery.Chat]; ok {
						t.Errorf("the queue of %q was given twice", l.Delivery.Chat)
					}
					held[l.Delivery.Chat] = l.Token
				}
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if len(held) != chats {
		t.Errorf("%d queues were claimed, want %d", len(held), chats)
	}
}

func dueAfterReopen(t *testing.T, e *Engine) {
	pushing(t, e, sent("waiting")).put(reply("waiting"))
	leased := wantLease(t, pushing(t, e, sent("leased")).hand(reply("leased")), "leased")
	reopen(t, e)
	wantClaimed(t, e, chatS, "waiting")
	wantNone(t, settle(t, e, leased, record.Settlement{Result: record.Later, After: time.Minute}))
	reopen(t, e)
	until(e, record.LeaseTime, func() { wantClaimed(t, e, chatS) })
	wantClaimed(t, e, chatS, "waiting")
	e.Advance(time.Minute - record.LeaseTime)
	if got := claimed(t, e, chatS); !slices.Contains(got, "leased") {
		t.Errorf("Claim gave %q, want what was to be tried later", got)
	}
}
