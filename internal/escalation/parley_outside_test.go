package escalation_test

import (
	"context"
	"regexp"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// outside is where the people of a parley are.
type outside interface {
	// people are the chats of all who take part, by name.
	people() map[string]bot.ChatID
	// brings lets somebody do what m says and returns it as it arrived.
	brings(p *parley, who string, m bot.Message) (arrived bot.Message, fault string)
	// settles brings a message to whom it is for. s is how that ends where there is
	// no platform. The lease is another one afterwards if it went out in parts.
	settles(p *parley, l *record.Lease, s record.Settlement) record.Settlement
	// lets says what the platform lets through to somebody from now on.
	lets(p *parley, who, what string) (fault string)
}

// plain is an outside without platforms: everything arrives as it was sent.
type plain struct{}

func (plain) people() map[string]bot.ChatID { return parties() }
func (plain) brings(_ *parley, _ string, m bot.Message) (bot.Message, string) {
	return m, ""
}

func (plain) settles(_ *parley, _ *record.Lease, s record.Settlement) record.Settlement {
	return s
}
func (plain) lets(*parley, string, string) string { return "" }

var addressForm = regexp.MustCompile(`(telegram|zalo-oa|zalo-bot):(\S+)`)

// moved puts the chats of people into a file of desks, in place of those of parties.
func moved(text string, people map[string]bot.ChatID) string {
	return addressForm.ReplaceAllStringFunc(text, func(address string) string {
		for name, chat := range parties() {
			if chat.Channel+":"+chat.Chat == address {
				return people[name].Channel + ":" + people[name].Chat
			}
		}
		return address
	})
}

// atOnce lets work that was put off come again without the clock, which stands
// still: on a busy machine a chat may be in use for longer than is waited for.
type atOnce struct{ parleyStore }

// Finish implements exchange.Worklist.
func (s atOnce) Finish(ctx context.Context, w record.Work, end record.Settlement) error {
	if end.Result == record.Later {
		end.After = 0
	}
	return s.parleyStore.Finish(ctx, w, end)
}
