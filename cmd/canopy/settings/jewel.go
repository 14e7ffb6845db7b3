package settings

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"canopy/analysis/attack"
	"canopy/model"
)

// wantObject says how an object is written that paths of attack can lead to.
const wantObject = "want a Secret, shop/Secret/db, a node, Node/n1, a namespace, Namespace/shop, a service account, sa:shop/web, or a workload, shop/Deployment/web"

// ParseObject reads the name of an object that paths of attack can begin or end at.
func ParseObject(text string) (attack.Node, error) {
	if s, err := model.ParseSubject(text); err == nil && s.Kind == model.AccountSubject {
		return attack.NodeOfSubject(s), nil
	}
	parts := strings.Split(text, "/")
	if slices.Contains(parts, "") || len(parts) != 2 && len(parts) != 3 {
		return attack.Node{}, errors.New(wantObject)
	}
	kind, name := parts[len(parts)-2], parts[len(parts)-1]
	known := model.KindByName(kind)
	switch {
	case known == nil && len(parts) == 2:
		return attack.Node{}, fmt.Errorf("there is no kind %s; %s", quote(kind), wantObject)
	case known == nil:
		// A kind that the cluster defines may own pods.
		n, _ := attack.NodeOf(model.Ref{Kind: kind, Namespace: parts[0], Name: name})
		return n, nil
	case !stands(known):
		return attack.Node{}, fmt.Errorf("no path begins or ends at a %s; %s", known.Kind, wantObject)
	case known.Namespaced && len(parts) == 2:
		return attack.Node{}, fmt.Errorf("in which namespace? Write NAMESPACE/%s/%s", known.Kind, name)
	case !known.Namespaced && len(parts) == 3:
		return attack.Node{}, fmt.Errorf("a %s is in no namespace: write %s/%s", known.Kind, known.Kind, name)
	}
	namespace := ""
	if known.Namespaced {
		namespace = parts[0]
	}
	n, _ := attack.NodeOf(known.Ref(namespace, name))
	return n, nil
}

// stands tells whether objects of a kind are nodes of the graph of attacks.
func stands(k *model.Kind) bool {
	switch k.Group + "/" + k.Kind {
	case "/Pod", "/ReplicationController", "apps/Deployment", "apps/ReplicaSet", "apps/DaemonSet", "apps/StatefulSet", "batch/Job", "batch/CronJob",
		"/ServiceAccount", "/Secret", "/Node", "/Namespace":
		return true
	}
	return false
}

// jewelList reads the names of crown jewels, which are kept as attack.Node names them.
func (p *parser) jewelList(at string, n *yaml.Node, o *option) []change {
	var ids []string
	_, ok := p.list(at, n, "objects", func(item *yaml.Node) bool {
		node, err := ParseObject(item.Value)
		switch {
		case err != nil:
			p.problem(item.Line, at, "%s: %s", quote(item.Value), err)
			return false
		case slices.Contains(ids, node.ID):
			p.problem(item.Line, at, "%s stands there twice", quote(item.Value))
			return false
		}
		ids = append(ids, node.ID)
		return true
	})
	if !ok {
		return nil
	}
	return []change{func(d *Dashboard) { *o.field(d).(*[]string) = append([]string{}, ids...) }}
}
