package escalation

import (
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/exchange"
)

// Converser holds the conversation with a resident; [bot.Engine] is one.
type Converser interface {
	Converse(v bot.View, conv bot.Conversation, m bot.Message, now time.Time) bot.Step
	// Title returns the name of an entry valid on the day, and its whole text as
	// a resident would get it; false if there is none.
	Title(entry string, now time.Time) (name, text string, ok bool)
}

// Office decides for everybody: residents, officers in their own chats, rooms,
// letters between them, and the clock. It is safe for concurrent use.
type Office struct {
	config Config
	texts  texts
}

// Config is what an [Office] is made of. All but Place and Zone are compulsory.
type Config struct {
	Talk func() Converser    // the engine of the base in use
	Desk func() *desks.Desks // the desks in use; nil for none
	// Reach is who is registered at this moment.
	Reach func() Registry
	// Place returns how officers call a commune: «xã Tịnh Khê»; its id if nil.
	Place func(id string) string
	Zone  *time.Location // of dates in texts; UTC if nil
}

// New returns an Office. It panics if the sentences compiled into the program
// cannot be read, which a test excludes.
func New(config Config) *Office {
	t, err := loadTexts(textsFile)
	if err != nil {
		panic(err)
	}
	return &Office{config: config, texts: t}
}

var _ exchange.Decider = (*Office)(nil)

// Mentions implements [exchange.Decider].
func (o *Office) Mentions(s exchange.Situation) []string { panic("not yet") }

// Decide implements [exchange.Decider].
func (o *Office) Decide(s exchange.Situation) exchange.Outcome { panic("not yet") }
