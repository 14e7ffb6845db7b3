package command

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"canopy/analysis/rbac"
	"canopy/cmd/canopy/output"
	"canopy/model"
	"canopy/model/cluster"
)

// canFlags holds the flags of canopy can.
type canFlags struct {
	format         string
	groups         []string
	expand, strict bool
}

// aboutResource says how a resource is written, for the help of the commands that take one.
const aboutResource = "RESOURCE is a resource as kubectl names it, or resource.group, with /SUBRESOURCE where one is meant: pods/exec,\n" +
	"deployments.apps/scale. What begins with / is a URL that is no resource, such as /metrics."

func (r *run) can() *cobra.Command {
	var flags canFlags
	c := &cobra.Command{
		Use: "can SUBJECT [VERB RESOURCE [NAME]]", Short: "Print what a subject may do, or whether it may do one thing, and through what",
		Long: "Print what RBAC lets a subject do, or whether it lets it do one thing, and through which binding and rule.\n\n" +
			"SUBJECT is sa:NAMESPACE/NAME, user:NAME or group:NAME; the groups that a service account or a user is always in count.\n" +
			aboutResource + "\n" +
			"Without -n a question is about all namespaces at once; with several -n it is asked for each. A list with -n leaves out\n" +
			"what is granted in other namespaces alone.\n\n" +
			"Exit status of a question: 0 for yes, 1 for no, 3 for unknown, where something that could grant it was not seen.",
		Example: "  canopy can sa:shop/web                              all that it may do\n" +
			"  canopy can sa:shop/web create pods/exec -n ops      may it, and through what?\n" +
			"  canopy can user:alice get secrets db -n shop --group dev\n" +
			"  canopy can group:dev get /metrics -f manifests/",
		Args: canArgs, ValidArgsFunction: completeCan,
		RunE: func(c *cobra.Command, args []string) error { return r.runCan(c.Context(), flags, args) },
	}
	bindFormat(c, &flags.format, output.Common())
	fs := c.Flags()
	fs.StringArrayVar(&flags.groups, "group", nil, "A group that the user is in, as the authenticator knows; can be repeated")
	fs.BoolVar(&flags.expand, "expand", false, "Without a question, take wildcards apart into the resources and verbs that are known")
	fs.BoolVar(&flags.strict, "strict", false, "Without a question, exit with 3 if not all that could grant something was seen")
	return c
}

func canArgs(_ *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return errors.New("can: name a subject: sa:NAMESPACE/NAME, user:NAME or group:NAME")
	case 2:
		return fmt.Errorf("can: %s what? Name a resource or a URL after the verb", args[1])
	case 1, 3, 4:
		return nil
	}
	return fmt.Errorf("can: %d words are too many: want SUBJECT VERB RESOURCE NAME", len(args))
}

// user is the subject with the groups that it is in.
func (f *canFlags) user(s model.Subject) (rbac.User, error) {
	user := rbac.UserOf(s)
	if len(f.groups) > 0 && s.Kind != model.UserSubject {
		return user, fmt.Errorf("--group: only a user is in groups that cannot be known; %s is not one", s)
	}
	user.Groups = slices.Clone(user.Groups)
	for _, g := range f.groups {
		if g == "" {
			return user, errors.New("--group: want the name of a group")
		}
		if !user.In(g) {
			user.Groups = append(user.Groups, g)
		}
	}
	return user, nil
}

func (r *run) runCan(ctx context.Context, flags canFlags, args []string) error {
	if _, err := output.Parse(flags.format, output.Common()); err != nil {
		return err
	}
	subject, err := model.ParseSubject(args[0])
	if err != nil {
		return fmt.Errorf("can: %w", err)
	}
	user, err := flags.user(subject)
	if err != nil {
		return err
	}
	var words rbac.Words
	if len(args) > 1 {
		switch {
		case flags.expand:
			return errors.New("can: --expand is for the list of all permissions, not for a question")
		case flags.strict:
			return errors.New("can: --strict is for the list of all permissions; the exit status of a question is that of its verdict")
		}
		if words, err = readWords(args[1:]); err != nil {
			return fmt.Errorf("can: %w", err)
		}
	}
	s, err := r.open(ctx, false)
	if err != nil {
		return err
	}
	defer s.close()
	if err := r.gather(ctx, s); err != nil {
		return err
	}
	if len(args) > 1 {
		return r.answer(ctx, s, flags, subject, user, words)
	}
	return r.permissions(ctx, s, flags, subject, user)
}

// permissions prints all that a subject may do.
func (r *run) permissions(ctx context.Context, s *session, flags canFlags, subject model.Subject, user rbac.User) error {
	var list []rbac.Granted
	var reason string
	var warnings []string
	kinds := s.kinds(ctx)
	if err := s.access(ctx, func(c *cluster.Cluster, access *rbac.Analyser, server string) {
		known := discovery(c, kinds)
		list = access.Permissions(user, known)
		_, reason = access.Complete(c, user, rbac.ProviderOf(c, server))
		warnings = strangers(c, subject, r.connect.Shown())
		if flags.expand {
			list = expandGranted(known, list)
		}
	}); err != nil {
		return err
	}
	if shown := r.connect.Shown(); shown != nil {
		list = slices.DeleteFunc(list, func(g rbac.Granted) bool {
			return g.Namespace != "" && g.Namespace != "*" && !slices.Contains(shown, g.Namespace)
		})
	}
	r.warnAll(warnings)
	document := output.NewPermissions(subject, user, list, reason, s.source.Locator(), warnings)
	if err := r.printAs(flags.format, document, document.Write); err != nil {
		return err
	}
	if flags.strict && !document.Complete {
		return errUncertain
	}
	return nil
}

func (r *run) warnAll(warnings []string) {
	for _, w := range warnings {
		r.warn("canopy: " + w)
	}
}
