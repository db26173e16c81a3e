package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redisstore"
)

func newStore(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "store",
		Short: "Khuôn của kho lưu trong Redis, khi nâng cấp nhiều máy chủ",
		RunE:  group,
		Args:  noSuchCommand,
	}
	cmd.AddCommand(newStoreStatus(io), newStoreRaise(io))
	return cmd
}

func newStoreStatus(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Kho đang ghi theo khuôn nào, những máy chủ nào đang mở",
		Long: `Cho xem kho lưu trong Redis đang ghi theo khuôn nào, những máy chủ nào đang mở nó và đọc được đến khuôn nào.

Kho ghi theo khuôn mà mọi máy chủ đang chạy đều đọc được, nên nâng cấp từng máy một không mất tin.`,
		Args: between(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withFormats(cmd, io, func(ctx context.Context, f *app.Formats, settings *config.Config) error {
				found, err := f.Census(ctx)
				if err != nil {
					return err
				}
				tellCensus(cmd.OutOrStdout(), found, time.Now(), settings.Timezone)
				return nil
			})
		},
	}
}

func newStoreRaise(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "raise",
		Short: "Nâng kho lên khuôn mới nhất ngay, không chờ",
		Long: `Nâng kho lưu trong Redis lên khuôn mới nhất mà mọi máy chủ đang chạy đều đọc được, ngay bây giờ.

Thường không cần: kho tự nâng mười phút sau khi mọi máy chủ đã chạy bản mới. Cần lệnh này khi muốn nâng ngay, và một lần
sau khi nâng cấp từ những bản đầu tiên, vì các bản đó không báo danh nên kho không biết chúng còn chạy hay không.

Nâng rồi thì bản cũ không mở kho này được nữa: muốn quay lại bản cũ phải phục hồi bản chép làm trước đó, và những gì
đến sau bản chép sẽ mất. Vì vậy phải ghi thêm --yes.`,
		Example: "  doithoai store raise --yes",
		Args:    between(0, 0, ""),
	}
	yes := cmd.Flags().Bool("yes", false, "tôi biết nâng rồi thì không quay lại bản cũ được")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withFormats(cmd, io, func(ctx context.Context, f *app.Formats, _ *config.Config) error {
			return raise(ctx, cmd.OutOrStdout(), f, *yes)
		})
	}
	return cmd
}

// raiser is a store whose format can be raised.
type raiser interface {
	Census(ctx context.Context) (redisstore.Census, error)
	Raise(ctx context.Context) (redisstore.Census, error)
}

func raise(ctx context.Context, out io.Writer, store raiser, yes bool) error {
	found, err := store.Census(ctx)
	switch {
	case err != nil:
		return err
	case found.Format >= record.Newest:
		fmt.Fprintf(out, "Kho đã ở khuôn %d, mới nhất mà chương trình này biết.\n", found.Format)
		return nil
	case len(found.Behind(record.Newest)) > 0:
		return tellBehind(found)
	case !yes && !found.Counted:
		return complain("Kho còn ở khuôn %d của những bản không báo danh. Khi chắc chắn không máy nào còn chạy bản cũ, và đã có bản chép (doithoai backup), gõ: doithoai store raise --yes", found.Format)
	case !yes:
		return complain("Nâng rồi thì bản cũ không mở kho này được nữa. Đã có bản chép (doithoai backup) và muốn nâng ngay thì gõ: doithoai store raise --yes")
	}
	raised, err := store.Raise(ctx)
	if err != nil {
		return err
	}
	if raised.Format == found.Format { // somebody came in between
		return tellBehind(raised)
	}
	fmt.Fprintf(out, "Đã nâng kho từ khuôn %d lên khuôn %d. Các máy chủ ghi theo khuôn mới trong vài giây nữa.\n", found.Format, raised.Format)
	return nil
}

func tellBehind(found redisstore.Census) error {
	behind := found.Behind(record.Newest)
	if len(behind) == 0 {
		return complain("Kho chưa nâng được lúc này; gõ lại lệnh.")
	}
	return complain("Còn %d chương trình chưa đọc được khuôn %d (bản %s, …): nâng cấp hoặc tắt nó, chờ nửa phút rồi gõ lại. Xem: doithoai store status",
		len(behind), record.Newest, behind[0].Version)
}

// tellCensus says what is written, who runs and what comes next.
func tellCensus(out io.Writer, c redisstore.Census, now time.Time, zone *time.Location) {
	fmt.Fprintf(out, "Kho lưu trong Redis ghi theo khuôn %d; chương trình này đọc khuôn %d đến %d.\n", c.Format, record.Oldest, record.Newest)
	if len(c.Replicas) == 0 {
		fmt.Fprintln(out, "Không máy chủ nào báo danh là đang mở kho.")
	} else {
		fmt.Fprintln(out, "Đang mở kho:")
		columns(out, func(row func(cells ...string)) {
			for _, r := range c.Replicas {
				row("  "+r.ID[:min(len(r.ID), 8)], "bản "+r.Version, fmt.Sprintf("đọc đến khuôn %d", r.Reads), "mở "+ago(now.Sub(r.Since)))
			}
		})
	}
	behind := len(c.Behind(c.Format + 1))
	switch {
	case c.Format >= record.Newest && behind == len(c.Replicas):
		fmt.Fprintln(out, "Không có gì phải làm.")
	case behind > 0:
		fmt.Fprintf(out, "Còn %d chương trình chưa đọc được khuôn %d: nâng cấp xong thì kho mới được nâng.\n", behind, c.Format+1)
	case !c.Counted:
		fmt.Fprintln(out, "Khuôn này còn từ những bản không báo danh, nên kho không tự nâng. Khi không máy nào còn chạy bản cũ: doithoai store raise")
	case c.Raises().IsZero():
		fmt.Fprintln(out, "Khi các máy chủ chạy bản mới, kho tự nâng sau mười phút.")
	default:
		fmt.Fprintf(out, "Mọi chương trình đều đọc được khuôn mới; kho tự nâng lúc %s. Nâng ngay: doithoai store raise\n", c.Raises().In(zone).Format("15:04 02/01/2006"))
	}
}

// withFormats is withSettings for a command about the format of the store.
func withFormats(cmd *cobra.Command, io streams, do func(ctx context.Context, f *app.Formats, settings *config.Config) error) error {
	return withSettings(cmd, io, func(ctx context.Context, settings *config.Config, log *slog.Logger) error {
		f, err := app.OpenFormats(ctx, settings, log)
		if err != nil {
			return err
		}
		return errors.Join(do(ctx, f, settings), f.Close())
	})
}
