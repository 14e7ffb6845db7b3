package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/rbac"
	"canopy/analysis/secret"
	"canopy/cmd/canopy/output"
	"canopy/k8s/live"
	"canopy/model"
	"canopy/model/cluster"
)

// secretsFlags holds the flags of canopy secrets.
type secretsFlags struct {
	format          string
	inspect, strict bool
	sweep           model.SweepOptions
}

func (r *run) secrets() *cobra.Command {
	var flags secretsFlags
	c := &cobra.Command{
		Use: "secrets [NAMESPACE/NAME…]", Short: "Print credentials in plain text, and the Secrets with who can read them", Args: secretArgs,
		Long: "Print credentials that stand where they should not, and the inventory of Secrets: type, age, readers, pods that have them, expiry.\n" +
			"Of a Secret that is named, print who can read it and by which binding, what uses it, and where it leaks.\n" +
			"No value is printed, and by default none is read: the server is asked for metadata alone. Equal values have the same number.\n" +
			"--inspect-secrets looks for plain copies of values of 8 bytes and more in variables and arguments of pods and in ConfigMaps; not of\n" +
			"certificates, nor of what goes by the name of a user, host, database or the like: that is no secret, and stands in many places.\n\n" +
			"Exit status: 2 wrong usage or nothing could be read, 3 with --strict if not all that counts was seen, 0 otherwise.",
		Example: "  canopy secrets\n" +
			"  canopy secrets shop/db               who can read one Secret, what uses it\n" +
			"  canopy secrets -f manifests/ -o json\n" +
			"  canopy secrets --inspect-secrets     read each value once, for expiry, weak keys and copies elsewhere",
		RunE: func(c *cobra.Command, args []string) error { return r.runSecrets(c.Context(), &flags, args) },
	}
	bindFormat(c, &flags.format, output.Common())
	bindJudging(c, &r.judge)
	fs := c.Flags()
	fs.BoolVar(&flags.inspect, "inspect-secrets", false,
		"Read the values of Secrets, one Secret at a time, and keep facts only. The audit log of the cluster shows each read")
	fs.BoolVar(&flags.sweep.CustomResources, "custom-resources", false, "Look for credentials in all custom resources too")
	fs.BoolVar(&flags.sweep.Events, "events", false, "Look for credentials in Events too")
	fs.BoolVar(&flags.strict, "strict", false, "Exit with 3 if not all that counts here was seen")
	return c
}

// exposureRules are those whose findings are credentials in plain text.
func exposureRules() []string { return []string{"SE01", "SE03", "SE04"} }

// secretArgs refuses a file, which was meant for -f.
func secretArgs(_ *cobra.Command, args []string) error {
	for _, arg := range args {
		if looksLikeCapture(arg) {
			return fmt.Errorf("unexpected argument %q: did you mean -f %s?", arg, arg)
		}
	}
	return nil
}

func (r *run) runSecrets(ctx context.Context, flags *secretsFlags, names []string) error {
	s, _, err := r.whole(ctx, flags.format)
	if err != nil {
		return err
	}
	defer s.close()
	var unswept []string
	if flags.inspect {
		err := r.inspectSecrets(ctx, s)
		if err != nil && !errors.Is(err, live.ErrSkipped) {
			return fmt.Errorf("--inspect-secrets: %w", err)
		}
		if err != nil {
			unswept = append(unswept, err.Error())
		}
	}
	if flags.sweep.CustomResources || flags.sweep.Events {
		flags.sweep.Namespaces = r.connect.Shown()
		if err := s.sweep(ctx, flags.sweep); err != nil {
			if ctx.Err() != nil {
				return err
			}
			unswept = append(unswept, strings.Split(err.Error(), "\n")...)
		}
	}
	report, err := s.resettled(ctx)
	if err != nil {
		return err
	}
	document, err := r.secretsDocument(ctx, s, report)
	if err != nil {
		return err
	}
	document.Unseen = append(document.Unseen, s.unlooked(ctx, report, flags.sweep)...)
	document.Unseen = append(document.Unseen, unswept...)
	document.Finish(flags.inspect)
	if err := document.Narrow(names, r.connect.Shown()); err != nil {
		return err
	}
	if err := r.printAs(flags.format, document, document.Write); err != nil {
		return err
	}
	if flags.strict && len(document.Unseen) > 0 {
		return errUncertain
	}
	return nil
}

// secretsDocument gathers what is shown.
func (r *run) secretsDocument(ctx context.Context, s *session, report *model.Report) (*output.Secrets, error) {
	shown := r.connect.Shown()
	found := output.NewReport(report, s.rules, release, s.source.Locator(), output.Selection{Namespaces: shown, Rules: exposureRules()})
	d := &output.Secrets{Exposures: found.Findings, Secrets: []output.Secret{}, Certificates: []output.SecretCertificate{}}
	d.Unseen = append([]string{}, output.UnseenReports(report, append(secretKinds(), unjudgedKinds(report)...))...)
	err := s.AskSecrets(ctx, func(c *cluster.Cluster, secrets *secret.Analyser, access *rbac.Analyser) {
		list := slices.DeleteFunc(secrets.Secrets(c), func(one secret.Secret) bool { return shown != nil && !slices.Contains(shown, one.Ref.Namespace) })
		audience := secret.NewAudience(access)
		for i := range list {
			one := output.NewSecret(&list[i], audience.Of(list[i].Ref), report.Time)
			if !grantsSeen(c, list[i].Ref.Namespace) {
				one.Readers, one.MayGet = nil, nil
			}
			d.Secrets = append(d.Secrets, one)
		}
		if shown != nil {
			return
		}
		for _, one := range secrets.Certificates(c) {
			d.Certificates = append(d.Certificates, output.NewSecretCertificate(&one))
		}
	})
	return d, err
}

// grantsSeen tells that all that grants in a namespace was seen: else there may be more readers than are known.
func grantsSeen(c *cluster.Cluster, namespace string) bool {
	for _, gk := range kindsNamed("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding") {
		if c.Seen(gk, namespace).State != model.Complete {
			return false
		}
	}
	return true
}

// secretKinds lists the built-in kinds on which the inventory rests.
func secretKinds() []schema.GroupKind {
	return append(kindsNamed("Secret", "Pod", "ServiceAccount", "ConfigMap", "Ingress", "Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job"), accessKinds()...)
}

// inspectSecrets reads Secrets for facts, and tells how it goes.
func (r *run) inspectSecrets(ctx context.Context, s *session) error {
	err := s.inspect(ctx, r.connect.Shown(), func(done, all int) {
		if r.streams.Progress {
			r.tell(fmt.Sprintf("%sreading Secrets: %d of %d", eraseLine, done, all))
		}
	})
	if r.streams.Progress {
		r.tell(eraseLine)
	}
	return err
}
