package bot_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/knowledge"
)

// Who wants a person hears the number of the commune, if one is on file.
func TestPhoneOfACommune(t *testing.T) {
	t.Parallel()
	base, report := knowledge.Load(os.DirFS("../knowledge/testdata/sample"))
	if base == nil {
		t.Fatal(report.Text())
	}
	engine := bot.NewEngine(knowledge.NewMatcher(base, nil), time.UTC)
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for place, want := range map[string]bool{"Lý Sơn": true, "Tịnh Khê": false} {
		conv := engine.Decide(bot.Conversation{}, bot.Message{Kind: bot.KindPress, Payload: "gap-can-bo"}, now).Conversation
		step := engine.Decide(conv, bot.Message{Kind: bot.KindText, Text: place}, now.Add(time.Minute))
		if len(step.Replies) != 1 || !strings.Contains(step.Replies[0].Text, place) || strings.Contains(step.Replies[0].Text, "gọi 0255 000 0000.") != want {
			t.Errorf("%s: got %+v", place, step.Replies)
		}
	}
}
