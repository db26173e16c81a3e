package escalation_test

import . "github.com/doithoai/doithoai/internal/escalation" //nolint:revive // see main_test.go

// kinds are all events.
var kinds = []Kind{
	Opened, Added, Phoned, Cleared, Unclear, Pressed, Withdrawn,
	Take, Release, Answer, Send, AskBack, Transfer, NotOurs, Done,
	Struck, Ended, Unreached,
}
