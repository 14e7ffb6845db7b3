package command

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"canopy/analysis/network"
	"canopy/model"
)

// place is one end of a question as it was typed. A nil place is anywhere.
type place struct {
	flag, text string
	// kind, namespace and name are those of an object: a kind that is not built in is matched once the cluster is known.
	kind, namespace, name string
	// blocks are the ranges of addresses of a place outside; external is the name of one that is only assumed.
	blocks   []netip.Prefix
	external string
	// landmark is what people know by a name: the API server, the name servers, the metadata service.
	landmark string
}

const (
	// internet is every address outside.
	internet       = "internet"
	cidrPrefix     = "cidr:"
	externalPrefix = "external:"
)

// everywhere lists all addresses of both families.
func everywhere() []netip.Prefix {
	return []netip.Prefix{netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0)}
}

// outside tells that the place is outside of the cluster.
func (p *place) outside() bool { return p != nil && p.kind == "" }

// addresses gives the ranges of a place outside; several for the internet alone.
func (p *place) addresses() []netip.Prefix {
	if p == nil {
		return nil
	}
	return p.blocks
}

// wantPlace says what a place looks like.
const wantPlace = "want a workload, shop/Deployment/web, a pod, shop/Pod/web-1, a namespace, Namespace/shop, addresses outside, cidr:10.0.0.0/8, internet, or one of api-server, dns and metadata"

// parsePlace reads the value of a flag; "" is anywhere.
func parsePlace(flag, text string) (*place, error) {
	p := &place{flag: flag, text: text}
	switch {
	case text == "":
		return nil, nil
	case text == internet:
		p.blocks = everywhere()
		return p, nil
	case slices.Contains(network.LandmarkNames(), text):
		if p.landmark = text; flag != "--to" {
			return nil, p.wrong("it answers, and begins no connections: name it after --to")
		}
		return p, nil
	case strings.HasPrefix(text, externalPrefix):
		if p.external = strings.TrimPrefix(text, externalPrefix); p.external == "" || flag != "--from" {
			return nil, p.wrong("only the assumed source of an Ingress or a Gateway is written so, external:ingress-controller, and that after --from")
		}
		return p, nil
	case strings.HasPrefix(text, cidrPrefix):
		block, err := parseBlock(strings.TrimPrefix(text, cidrPrefix))
		if err != nil {
			return nil, p.wrong(err.Error())
		}
		p.blocks = []netip.Prefix{block}
		return p, nil
	}
	if _, err := parseBlock(text); err == nil {
		return nil, p.wrong("addresses outside are written cidr:" + text)
	}
	parts := strings.Split(text, "/")
	switch len(parts) {
	case 2:
		p.kind, p.name = parts[0], parts[1]
	case 3:
		p.namespace, p.kind, p.name = parts[0], parts[1], parts[2]
	default:
		return nil, p.wrong(wantPlace)
	}
	return p, p.check(len(parts) == 3)
}

func (p *place) wrong(why string) error { return fmt.Errorf("%s %q: %s", p.flag, p.text, why) }

// parseBlock reads a range of addresses, or a single one.
func parseBlock(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		if a.Zone() != "" {
			return netip.Prefix{}, errors.New("an address with a zone is of one machine alone")
		}
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	block, err := netip.ParsePrefix(s)
	switch {
	case err != nil:
		return netip.Prefix{}, errors.New("want a range of addresses, such as cidr:10.0.0.0/8 or cidr:fd00::/8")
	case block.Addr().Is4In6():
		return netip.Prefix{}, errors.New("write a range of IPv4 addresses as such, cidr:10.0.0.0/8")
	case block != block.Masked():
		return netip.Prefix{}, fmt.Errorf("no range begins there: cidr:%s is the one with that address", block.Masked())
	}
	return block, nil
}

// check completes an object's kind, and tells what is wrong without a cluster.
func (p *place) check(namespaced bool) error {
	if p.name == "" || p.kind == "" || namespaced && p.namespace == "" {
		return p.wrong(wantPlace)
	}
	name := p.kind
	if long := shortNames()[strings.ToLower(name)]; long != "" {
		name = long
	}
	known := model.KindByName(name)
	switch {
	case known == nil && !namespaced:
		return p.wrong(fmt.Sprintf("there is no kind %q; %s", p.kind, wantPlace))
	case known == nil:
		// A kind that the cluster defines may own pods.
		return nil
	}
	p.kind = known.Kind
	switch {
	case known.Kind == "Namespace" && namespaced:
		return p.wrong("a namespace is written Namespace/" + p.name)
	case known.Kind == "Namespace":
	case !holdsPods(known):
		return p.wrong(fmt.Sprintf("connections begin and end at pods, and a %s is none: %s", known.Kind, wantPlace))
	case !namespaced:
		return p.wrong(fmt.Sprintf("in which namespace? Write NAMESPACE/%s/%s", known.Kind, p.name))
	}
	return nil
}

// holdsPods tells whether objects of a kind are pods or make some.
func holdsPods(k *model.Kind) bool {
	switch k.Group + "/" + k.Kind {
	case "/Pod", "/ReplicationController", "apps/Deployment", "apps/ReplicaSet", "apps/DaemonSet", "apps/StatefulSet", "batch/Job", "batch/CronJob":
		return true
	}
	return false
}

// completeReach completes what is known without a cluster: levels, how a place begins, and the kinds in it.
func completeReach(c *cobra.Command) {
	levels := cobra.FixedCompletions([]string{"workload", "namespace", "pod"}, cobra.ShellCompDirectiveNoFileComp)
	places := func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		const directive = cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
		namespace, _, slash := strings.Cut(typed, "/")
		if !slash {
			return []string{network.APIServer + "\tthe API server", network.DNS + "\tthe name servers", network.Metadata + "\tthe metadata service of a cloud", internet + "\tall addresses outside", cidrPrefix + "\ta range of addresses: cidr:10.0.0.0/8", "Namespace/\ta namespace: Namespace/shop"}, directive
		}
		if namespace == "Namespace" || strings.Count(typed, "/") > 1 || strings.HasPrefix(typed, cidrPrefix) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var list []string
		for _, k := range model.Kinds() {
			if holdsPods(k) {
				list = append(list, namespace+"/"+k.Kind+"/")
			}
		}
		return list, directive
	}
	// The errors are of flags that do not exist, and these were declared before.
	_ = c.RegisterFlagCompletionFunc("level", levels)
	_ = c.RegisterFlagCompletionFunc("from", places)
	_ = c.RegisterFlagCompletionFunc("to", places)
}
