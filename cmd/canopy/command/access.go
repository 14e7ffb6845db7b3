package command

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"canopy/cmd/canopy/output"
	"canopy/k8s/access"
	"canopy/model"
)

// Access is what canopy access prints.
type Access struct {
	Context string     `json:"context"`
	Kinds   []Readable `json:"kinds"`
}

// Readable says whether the user may read one kind, in one namespace or in all.
type Readable struct {
	Kind      string `json:"kind"`
	Group     string `json:"group"`
	Resource  string `json:"resource"`
	Namespace string `json:"namespace,omitempty"`
	List      bool   `json:"list"`
	Watch     bool   `json:"watch"`
	Reason    string `json:"reason"`
}

func (r *run) access() *cobra.Command {
	var format, what string
	c := &cobra.Command{
		Use: "access", Short: "Print what this user may read, or the role that Canopy needs", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch what {
			case "":
				return r.runAccess(c.Context(), format)
			case "clusterrole":
				return r.printRole(format)
			}
			return fmt.Errorf("--print %q: want clusterrole", what)
		},
	}
	bindFormat(c, &format, output.Common())
	c.Flags().StringVar(&what, "print", "", "Print clusterrole instead: the least ClusterRole that Canopy needs")
	return c
}

func (r *run) runAccess(ctx context.Context, format string) error {
	if _, err := output.Parse(format, output.Common()); err != nil {
		return err
	}
	if len(r.connect.Files) > 0 {
		return errors.New("access: -f reads a capture; this command asks a live cluster")
	}
	target, err := r.connect.Target()
	if err != nil {
		return err
	}
	if err := target.Reach(ctx); err != nil {
		return err
	}
	kinds, err := access.Kinds(ctx, target.Config)
	if err != nil {
		// What every server has can be asked for all the same.
		r.warn("canopy: " + err.Error())
	}
	rows, err := access.Review(ctx, target.Config, kinds, target.Namespaces(r.connect.Namespaces))
	if err != nil {
		return fmt.Errorf("%s: %w", target.Context, err)
	}
	a := Access{Context: target.Context, Kinds: []Readable{}}
	for _, row := range rows {
		a.Kinds = append(a.Kinds, Readable{row.Kind.Kind, row.Kind.Group, row.Kind.Resource, row.Namespace, row.List, row.Watch, row.Reason})
	}
	return r.print(format, a, func() *output.Grid { return accessGrid(&a) })
}

func accessGrid(a *Access) *output.Grid {
	g := &output.Grid{Titles: []string{"KIND", "NAMESPACE", "LIST", "WATCH", "REASON"}, Above: accessSummary(a)}
	word := map[bool]string{true: "yes", false: "no"}
	for _, k := range a.Kinds {
		namespace := k.Namespace
		if namespace == "" {
			namespace = "*"
		}
		g.Add(kindName(k), namespace, word[k.List], word[k.Watch], refusal(k))
	}
	return g
}

// kindName tells kinds of one name apart by their group: that of the kind which is meant by the bare name is left out.
func kindName(k Readable) string {
	if meant := model.KindByName(k.Kind); meant != nil && meant.Group != k.Group {
		return k.Kind + "." + k.Group
	}
	return k.Kind
}

// accessSummary says first how much may be read, and where to go from there.
func accessSummary(a *Access) []string {
	all, whole := map[string]bool{}, 0
	var spaces []string
	parts := map[string]int{}
	for _, k := range a.Kinds {
		if k.Namespace == "" {
			all[k.Group+"/"+k.Kind] = true
			if k.List && k.Watch {
				whole++
			}
			continue
		}
		if _, there := parts[k.Namespace]; !there {
			spaces = append(spaces, k.Namespace)
		}
		if k.List && k.Watch {
			parts[k.Namespace]++
		} else {
			parts[k.Namespace] += 0
		}
	}
	lines := []string{fmt.Sprintf("%s: may read %d of %d kinds in all namespaces", a.Context, whole, len(all))}
	for _, n := range spaces {
		lines = append(lines, fmt.Sprintf("may read %d more in namespace %s", parts[n], n))
	}
	if whole < len(all) {
		lines = append(lines, "the role that is missing: canopy access --print clusterrole")
		if len(spaces) == 0 {
			lines = append(lines, "what may be read in one namespace: canopy access -n NAMESPACE")
		}
	}
	return lines
}

// refusal fills in what the server leaves open.
func refusal(k Readable) string {
	switch {
	case k.Reason != "" || k.List && k.Watch:
		return k.Reason
	case k.List:
		return "may be listed but not watched"
	case k.Watch:
		return "may be watched but not listed"
	}
	return "refused, and the server gives no reason"
}

// printRole prints YAML unless JSON is asked for: a table of it would help nobody.
func (r *run) printRole(format string) error {
	f, err := output.Parse(format, output.Common())
	if err != nil {
		return err
	}
	return r.write("", func(w io.Writer) error {
		if f == output.JSON {
			return output.WriteJSON(w, access.ClusterRole())
		}
		return output.WriteYAML(w, access.ClusterRole())
	})
}
