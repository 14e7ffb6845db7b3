package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"canopy/analysis/rbac"
	"canopy/cmd/canopy/output"
	"canopy/model"
	"canopy/model/cluster"
)

// answer prints whether a subject may do one thing.
func (r *run) answer(ctx context.Context, s *session, flags canFlags, subject model.Subject, user rbac.User, words rbac.Words) error {
	kinds := s.kinds(ctx)
	var q *question
	var answers []rbac.Answer
	var failure error
	if err := s.access(ctx, func(c *cluster.Cluster, access *rbac.Analyser, server string) {
		known := discovery(c, kinds)
		if q, failure = ask(known, words, r.connect.Shown(), ""); failure != nil {
			return
		}
		q.warnings = append(q.warnings, strangers(c, subject, r.connect.Shown())...)
		provider := rbac.ProviderOf(c, server)
		for _, at := range q.requests {
			a := access.Can(c, user, at, provider)
			if a.Verdict != model.Yes {
				a.Reason += elsewhere(access, known, user, at)
			}
			answers = append(answers, a)
		}
	}); err != nil {
		return err
	}
	if failure != nil {
		return failure
	}
	r.warnAll(q.warnings)
	var document *output.Answer
	if len(answers) == 1 {
		document = output.NewAnswer(output.Word(subject.String()), q.text, answers[0], s.source.Locator(), q.warnings)
	} else {
		namespaces := make([]string, len(q.requests))
		for i := range q.requests {
			namespaces[i] = q.requests[i].Namespace
		}
		document = output.NewAnswers(output.Word(subject.String()), q.text, namespaces, answers, s.source.Locator(), q.warnings)
	}
	if err := r.printAs(flags.format, document, document.Write); err != nil {
		return err
	}
	switch document.Verdict {
	case model.Yes.String():
		return nil
	case model.No.String():
		return errNo
	}
	return errUnknown
}

// fewNames is up to how many namespaces or objects a reason names.
const fewNames = 5

// elsewhere says in which namespaces, and with which names, a subject may do what it may not as it was asked: people forget
// both.
func elsewhere(access *rbac.Analyser, known *rbac.Discovery, user rbac.User, at rbac.Attributes) string {
	if at.URL != "" {
		return ""
	}
	namespaced, sure := known.Namespaced(at.Group, at.Resource)
	namespaced = namespaced || !sure
	wanted := rbac.Permission{Verb: at.Verb, Group: at.Group, Resource: at.Combined()}
	var in, names []string
	for _, g := range access.Permissions(user, known) {
		if at.Namespace != "" && g.Namespace != "*" && g.Namespace != at.Namespace {
			continue
		}
		wanted.Namespace, wanted.Name = g.Namespace, at.Name
		if g.Covers(&wanted) {
			in = append(in, output.Word(g.Namespace))
			continue
		}
		if wanted.Name = g.Name; at.Name != "" || !g.Covers(&wanted) || !takesName(&at) {
			continue
		}
		if g.Namespace != "*" && namespaced && at.Namespace == "" {
			names = append(names, output.Word(g.Namespace+"/"+g.Name))
		} else {
			names = append(names, output.Word(g.Name))
		}
	}
	told := ""
	if len(in) > 0 && namespaced {
		told += "; but granted in namespace " + few(in) + ": ask with -n"
	}
	if len(names) > 0 {
		told += "; but granted for the name " + few(names) + " alone: ask with the name"
	}
	return told
}

// takesName tells whether requests with a verb can name an object.
func takesName(at *rbac.Attributes) bool {
	return at.Verb != "deletecollection" && (at.Verb != "create" || at.Subresource != "")
}

// few lists some words, sorted, each once, and counts the rest.
func few(list []string) string {
	slices.Sort(list)
	list = slices.Compact(list)
	if more := len(list) - fewNames; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:fewNames], ", "), more)
	}
	return strings.Join(list, ", ")
}
