package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/doctor"
	"github.com/doithoai/doithoai/internal/staff"
)

func newOfficer(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "officer",
		Short: "Cán bộ nào đã vào bằng chat nào: mời, xem, gỡ",
		RunE:  group,
		Args:  noSuchCommand,
	}
	cmd.AddCommand(newOfficerInvite(io), newOfficerList(io), newOfficerRemove(io))
	return cmd
}

// withStaff runs a command on the register of officers. Without a good file of
// the officers it still runs if it says so; then file is nil and problem tells why.
func withStaff(cmd *cobra.Command, io streams, fileless bool, do func(ctx context.Context, s staffCommand) error) error {
	return withSettings(cmd, io, func(ctx context.Context, settings *config.Config, log *slog.Logger) error {
		file, _, problem := app.LoadDesks(settings, time.Now())
		if problem != nil && !fileless {
			return problem
		}
		o, err := app.Operate(ctx, settings, log)
		if err != nil {
			return err
		}
		d, err := o.Staff(file)
		if err == nil {
			err = do(ctx, staffCommand{d, file, settings, problem})
		}
		return errors.Join(err, o.Close())
	})
}

// staffCommand is what commands on officers work with.
type staffCommand struct {
	directory *staff.Directory
	file      *desks.Desks
	settings  *config.Config
	problem   error
}

// at is a time as operators read it.
func (s staffCommand) at(t time.Time) string { return moment(t, s.settings.Timezone) }

// moment is a time as operators read it, in their own zone.
func moment(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("15:04 ngày 02/01/2006")
}

func unknownOfficer(id string) error {
	return complain("Không có cán bộ nào mã «%s». Xem mã bằng «doithoai officer list».", printable(id))
}

func newOfficerInvite(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "invite MÃ",
		Short: "Cho một cán bộ trong tệp vào bằng Telegram hay Zalo của người đó",
		Long: `Làm một lời mời cho một cán bộ trong tệp. Ai dùng lời mời thì thành cán bộ đó, nên chỉ đưa riêng cho đúng người.

Lời mời dùng được một lần, trong 24 giờ, và chỉ trong chat riêng; nhắn vào nhóm thì hỏng. Muốn vào cả Zalo lẫn Telegram thì mời hai lần.`,
		Example: "  doithoai officer invite lan",
		Args:    between(1, 1, "mã cán bộ"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withStaff(cmd, io, false, func(ctx context.Context, s staffCommand) error {
				made, err := s.directory.Invite(ctx, args[0])
				if errors.Is(err, staff.ErrUnknown) {
					return unknownOfficer(args[0])
				}
				if err != nil {
					return err
				}
				printInvitation(ctx, cmd, s, made)
				return nil
			})
		},
	}
}

func printInvitation(ctx context.Context, cmd *cobra.Command, s staffCommand, made staff.Invitation) {
	out, c := cmd.OutOrStdout(), s.settings
	zalo := c.ZaloOA.AppID != "" || c.ZaloBot.Token != ""
	fmt.Fprintf(out, "Lời mời cho %s, dùng một lần, đến %s:\n\n  %s\n\n", made.Officer.Name, s.at(made.Until), made.Code)
	if name := app.BotName(ctx, c); name != "" {
		fmt.Fprintf(out, "Vào bằng Telegram: mở %s\n", staff.Link(name, made.Code))
	} else if c.Telegram.Token != "" {
		fmt.Fprintln(out, "Vào bằng Telegram: mở trợ lý ở đó, nhắn mã này.")
	}
	if zalo {
		fmt.Fprintln(out, "Vào bằng Zalo: mở trợ lý ở đó, nhắn mã này, không kèm chữ nào khác.")
	}
	fmt.Fprintln(out, "Chỉ đưa riêng cho người đó: ai dùng mã này thì đọc và trả lời được hồ sơ của bà con.")
	if c.Telegram.Token == "" && !zalo {
		fmt.Fprintln(cmd.ErrOrStderr(), "Chưa đặt kênh Telegram hay Zalo nào, nên chưa có chỗ dùng lời mời.")
	}
}

func newOfficerList(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Cán bộ trong tệp, vào bằng kênh nào, ai chưa vào; không hiện mã chat",
		Args:  between(0, 0, ""),
	}
	asJSON := cmd.Flags().Bool("json", false, "in ra JSON, cho máy đọc")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withStaff(cmd, io, false, func(ctx context.Context, s staffCommand) error {
			people, err := s.directory.People(ctx)
			switch {
			case err != nil:
				return err
			case *asJSON:
				return printPeopleJSON(cmd, s, people)
			}
			return printPeople(cmd, s, people)
		})
	}
	return cmd
}

func printPeople(cmd *cobra.Command, s staffCommand, people []staff.Person) error {
	columns(cmd.OutOrStdout(), func(row func(...string)) {
		for _, p := range people {
			if p.Gone {
				row(p.ID, "", "không còn trong tệp, không còn là cán bộ", "")
				continue
			}
			row(p.ID, p.Name, contactsText(s, p), strings.Join(deskNames(s, p.ID), ", "))
		}
	})
	f := doctor.Desks(staff.Gaps(s.file, s.directory.Snapshot(), time.Now()))
	if f.Cure == "" {
		fmt.Fprintf(cmd.OutOrStdout(), "\nHôm nay %s.\n", f.Text)
		return nil
	}
	fmt.Fprintf(cmd.OutOrStdout(), "\n%s. %s.\n", f.Text, f.Cure)
	return nil
}

// contactsText says how somebody can be written to, never where.
func contactsText(s staffCommand, p staff.Person) string {
	var parts []string
	for _, c := range p.Contacts {
		how := "trong tệp"
		if !c.Since.IsZero() {
			how = "vào lúc " + s.at(c.Since)
		}
		parts = append(parts, fmt.Sprintf("%s (%s)", laneText(c.Chat.Channel+"/"+c.Chat.Bot), how))
	}
	if len(parts) == 0 {
		parts = append(parts, "chưa vào")
	}
	if p.Removed > 0 {
		parts = append(parts, fmt.Sprintf("đã gỡ %d chat trong tệp", p.Removed))
	}
	if !p.Invited.IsZero() {
		parts = append(parts, "lời mời còn đến "+s.at(p.Invited))
	}
	return strings.Join(parts, "; ")
}

func deskNames(s staffCommand, officer string) []string {
	var names []string
	for _, d := range s.file.DesksOf(officer) {
		names = append(names, d.Name)
	}
	return names
}

// personJSON is an officer for other programs: never where to write to.
type personJSON struct {
	ID       string        `json:"id"`
	Name     string        `json:"name,omitempty"`
	Gone     bool          `json:"gone,omitempty"` // not in the file any more
	Contacts []contactJSON `json:"contacts"`
	Removed  int           `json:"removed,omitempty"`
	Invited  time.Time     `json:"invited_until,omitzero"`
	Desks    []string      `json:"desks,omitempty"`
}

type contactJSON struct {
	Channel string    `json:"channel"`
	Bot     string    `json:"bot"`
	Since   time.Time `json:"since,omitzero"` // absent of a chat of the file
}

func printPeopleJSON(cmd *cobra.Command, s staffCommand, people []staff.Person) error {
	shown := []personJSON{}
	for _, p := range people {
		one := personJSON{ID: p.ID, Name: p.Name, Gone: p.Gone, Contacts: []contactJSON{}, Removed: p.Removed, Invited: p.Invited}
		for _, c := range p.Contacts {
			one.Contacts = append(one.Contacts, contactJSON{c.Chat.Channel, c.Chat.Bot, c.Since})
		}
		for _, d := range s.file.DesksOf(p.ID) {
			one.Desks = append(one.Desks, d.ID)
		}
		shown = append(shown, one)
	}
	return printIndented(cmd, shown)
}

// printIndented writes one value for machines and eyes.
func printIndented(cmd *cobra.Command, value any) error {
	enc := json.NewEncoder(cmd.OutOrStdout())
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(value)
}

func newOfficerRemove(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "remove MÃ",
		Short: "Gỡ mọi chat của một cán bộ, có hiệu lực ngay",
		Long: `Gỡ mọi chat của một cán bộ, cả chat ghi trong tệp, và hủy lời mời chưa dùng. Có hiệu lực ngay ở mọi máy chủ.

Người đó vào lại được khi có lời mời mới, hoặc khi tệp ghi chat khác. Hồ sơ người đó đang giữ mà không trả lời thì đến hạn tự quay về bộ phận;
xem bằng «doithoai case list --open». Ai thôi việc hẳn thì xóa luôn trong tệp: hồ sơ quay về bộ phận ngay.`,
		Example: "  doithoai officer remove lan",
		Args:    between(1, 1, "mã cán bộ"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withStaff(cmd, io, true, func(ctx context.Context, s staffCommand) error { return removeOfficer(ctx, cmd, s, args[0]) })
		},
	}
}

// removeOfficer works without the file too: who must go cannot wait for a fault
// in it to be mended.
func removeOfficer(ctx context.Context, cmd *cobra.Command, s staffCommand, id string) error {
	took, err := s.directory.Remove(ctx, id)
	switch {
	case errors.Is(err, staff.ErrUnknown) && s.problem != nil:
		return s.problem
	case errors.Is(err, staff.ErrUnknown):
		return unknownOfficer(id)
	case err != nil:
		return err
	}
	name := printable(id)
	if s.file != nil {
		if o, ok := s.file.Officer(id); ok {
			name = o.Name
		}
	}
	out := cmd.OutOrStdout()
	if took.None() {
		fmt.Fprintf(out, "%s không có chat hay lời mời nào để gỡ.\n", name)
	} else {
		fmt.Fprintf(out, "Đã gỡ %s: %d chat đã vào bằng lời mời, %d chat trong tệp, %d lời mời chưa dùng.\n", name, took.Registered, took.InFile, took.Invited)
	}
	if s.problem != nil {
		fmt.Fprintf(cmd.ErrOrStderr(), "Chưa đọc được tệp cán bộ, nên chat ghi trong tệp chưa gỡ. Sửa tệp rồi gõ lại lệnh này. %v\n", s.problem)
		return errFound
	}
	return nil
}
