package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"canopy/analysis/podsecurity"
	"canopy/cmd/canopy/output"
	"canopy/model"
	"canopy/model/cluster"
)

// podSecurityFlags holds the flags of canopy pod-security.
type podSecurityFlags struct {
	format, level, version string
	strict                 bool
}

// PodSecurity is what canopy pod-security prints.
type PodSecurity struct {
	Namespaces []Simulation `json:"namespaces"`
}

// Simulation is a namespace as a level would see it.
type Simulation struct {
	Namespace string `json:"namespace"`
	Level     string `json:"level"`
	Version   string `json:"version"`
	// Enforces is the level that the namespace enforces; "" where it sets none.
	Enforces  string     `json:"enforces"`
	Violators []Violator `json:"violators"`
	// Owners and Pods count what was looked at.
	Owners int `json:"owners"`
	Pods   int `json:"pods"`
	// Unknown says what was not seen, and may break the level too.
	Unknown []string `json:"unknown"`
}

// Violator is an owner of which the level refuses pods.
type Violator struct {
	Object model.Ref `json:"object"`
	// Pods counts its pods that break the level; Template tells that no new pod would be made.
	Pods     int     `json:"pods"`
	Template bool    `json:"template"`
	Breaks   []Break `json:"breaks"`
}

// Break is a check of the standard that fails.
type Break struct {
	Check string `json:"check"`
	// Level is the lowest level that has the check.
	Level string `json:"level"`
	// Path is the field, of the owner, or of In where that is given: a pod, or what makes pods between the two.
	Path   string     `json:"path"`
	In     *model.Ref `json:"in,omitempty"`
	Detail string     `json:"detail"`
	// Rule is the rule of the catalogue that finds the same.
	Rule string `json:"rule,omitempty"`
}

func (r *run) podSecurity() *cobra.Command {
	var flags podSecurityFlags
	c := &cobra.Command{
		Use: "pod-security NAMESPACE...", Short: "Print what a namespace would refuse if it enforced a level of Pod Security",
		Long: "Print what namespaces would refuse if they enforced a level of the Pod Security Standards: every owner whose pods would not be\n" +
			"made, however many there are. Nothing is changed.\n\n" +
			"Exit status, the first that holds: 2 wrong usage or nothing could be read, 1 something would be refused, 3 not all was seen\n" +
			"with --strict, 0 otherwise.",
		Example: "  canopy pod-security shop\n  canopy pod-security shop payments --level baseline -o json",
		RunE:    func(c *cobra.Command, args []string) error { return r.runPodSecurity(c.Context(), &flags, args) },
	}
	bindFormat(c, &flags.format, output.Common())
	fs := c.Flags()
	fs.StringVar(&flags.level, "level", "restricted", "The level: privileged, baseline or restricted")
	fs.StringVar(&flags.version, "version", "", "The version of the standard, such as v1.37, or latest; that of the server otherwise")
	fs.BoolVar(&flags.strict, "strict", false, "Exit with 3 if something was not seen that may be refused too")
	// The error is of a flag that does not exist, and it was declared above.
	_ = c.RegisterFlagCompletionFunc("level", cobra.FixedCompletions(levels(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func levels() []string { return []string{"privileged", "baseline", "restricted"} }

func (r *run) runPodSecurity(ctx context.Context, flags *podSecurityFlags, namespaces []string) error {
	switch {
	case len(namespaces) == 0:
		return errors.New("pod-security: name a namespace")
	case !slices.Contains(levels(), flags.level):
		return fmt.Errorf("--level %q: want %s", flags.level, strings.Join(levels(), ", "))
	}
	if _, err := output.Parse(flags.format, output.Common()); err != nil {
		return err
	}
	s, err := r.open(ctx, false)
	if err != nil {
		return err
	}
	defer s.close()
	if _, err := r.settle(ctx, s); err != nil {
		return err
	}
	found := &PodSecurity{Namespaces: []Simulation{}}
	refused, unseen := false, false
	for _, namespace := range sortedOnce(namespaces) {
		if err := s.known(ctx, namespace); err != nil {
			return err
		}
		one, err := s.simulate(ctx, namespace, flags.level, flags.version)
		if err != nil {
			return err
		}
		found.Namespaces = append(found.Namespaces, newSimulation(one))
		refused, unseen = refused || len(one.Violators) > 0, unseen || len(one.Unknown) > 0
	}
	if err := r.print(flags.format, found, func() *output.Grid { return found.grid(flags.format == string(output.Wide)) }); err != nil {
		return err
	}
	switch {
	case refused:
		return errFound
	case flags.strict && unseen:
		return errUncertain
	}
	return nil
}

// known tells whether there is a namespace of this name, or may be.
func (s *session) known(ctx context.Context, namespace string) error {
	there := false
	if err := s.read(ctx, func(c *cluster.Cluster) { there = hasNamespace(c, namespace) }); err != nil {
		return err
	}
	if !there {
		return fmt.Errorf("%s: there is no namespace %q", s.source.Name, namespace)
	}
	return nil
}

func newSimulation(s *podsecurity.Simulation) Simulation {
	out := Simulation{
		Namespace: s.Namespace, Level: s.Level, Version: s.Version, Enforces: s.Now, Owners: s.Owners, Pods: s.Pods,
		Violators: []Violator{}, Unknown: append([]string{}, s.Unknown...),
	}
	for i := range s.Violators {
		v := &s.Violators[i]
		one := Violator{Object: v.Owner, Pods: v.Pods, Template: v.Template, Breaks: []Break{}}
		for _, b := range v.Breaks {
			broken := Break{Check: b.Check, Level: b.Level, Path: b.Path, Detail: b.Detail, Rule: b.Rule}
			if !b.In.IsZero() {
				broken.In = &b.In
			}
			one.Breaks = append(one.Breaks, broken)
		}
		out.Violators = append(out.Violators, one)
	}
	return out
}

func (p *PodSecurity) grid(wide bool) *output.Grid {
	g := &output.Grid{Titles: []string{"NAMESPACE", "OBJECT", "PODS", "NEW PODS", "BREAKS"}}
	if wide {
		g.Titles = append(g.Titles, "WHERE")
	}
	for i := range p.Namespaces {
		n := &p.Namespaces[i]
		for j := range n.Violators {
			v := &n.Violators[j]
			fresh := "made"
			if v.Template {
				fresh = "refused"
			}
			if !wide {
				var checks []string
				for _, b := range v.Breaks {
					checks = append(checks, b.Check)
				}
				g.Add(n.Namespace, v.Object.String(), strconv.Itoa(v.Pods), fresh, strings.Join(sortedOnce(checks), ", "))
				continue
			}
			for _, b := range v.Breaks {
				where := b.Path
				if b.In != nil {
					where = output.Word(b.In.String()) + " " + where
				}
				g.Add(n.Namespace, v.Object.String(), strconv.Itoa(v.Pods), fresh, b.Check+" ("+b.Level+"): "+b.Detail, where)
			}
		}
		now := "enforces nothing"
		if n.Enforces != "" {
			now = "enforces " + output.Word(n.Enforces)
		}
		g.Below = append(g.Below, fmt.Sprintf("%s %s now; %s of %s would refuse %d of %d owners, which have %d pods",
			output.Word(n.Namespace), now, n.Level, n.Version, len(n.Violators), n.Owners, n.Pods))
		for _, u := range n.Unknown {
			g.Below = append(g.Below, "not seen: "+u)
		}
	}
	return g
}
