package app

import (
	"errors"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
)

// apology is what a resident gets when deciding breaks down: the way to a
// person, as the engine itself tells it. A typed 0 is that choice in every
// list, whatever the base knows.
func apology(engine exchange.Talker) (bot.Reply, error) {
	step := engine.Decide(bot.Conversation{}, bot.Message{Kind: bot.KindText, Text: "0"}, time.Now())
	if len(step.Replies) == 0 {
		return bot.Reply{}, errors.New("engine knows no way to a person")
	}
	return step.Replies[0], nil
}
