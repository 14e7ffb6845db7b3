package secret

import (
	"path"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/record"
)

// encryptionFlag gives the API server the configuration of encryption.
const encryptionFlag = "--encryption-provider-config"

// servesAPI tells in which of its fields a container names the API server as its program; "" where it runs another.
func servesAPI(c *corev1.Container) string {
	switch {
	case len(c.Command) > 0 && path.Base(c.Command[0]) == "kube-apiserver":
		return "command"
	case len(c.Args) > 0 && path.Base(c.Args[0]) == "kube-apiserver":
		return "args"
	}
	return ""
}

// encrypts tells that the API server was given a configuration of encryption, by either form of a flag.
func encrypts(c *corev1.Container) bool {
	for _, words := range [...][]string{c.Command, c.Args} {
		for i, word := range words {
			flag, value, given := strings.Cut(word, "=")
			if flag != encryptionFlag && "-"+flag != encryptionFlag {
				continue
			}
			if given && value != "" || !given && i+1 < len(words) {
				return true
			}
		}
	}
	return false
}

// controlPlane tells a pod of the control plane: nobody but a node can make the mirror of a static pod.
func controlPlane(p *record.Pod) bool {
	return p.Namespace == "kube-system" && (mirror(p) || p.Labels.Get("component") == "kube-apiserver")
}

// judgeServer judges whether the API server was told to encrypt what it stores.
func (r *round) judgeServer(ref model.Ref) {
	m := r.members[keyOf(ref)]
	if _, serves := r.serving[keyOf(ref)]; m == nil || !serves || !m.plainly {
		r.stand(ref, asServer)
		return
	}
	r.stand(ref, asServer, r.finding("SE05", model.High, ref, []model.Evidence{{Object: ref, Path: "spec." + m.command, Value: "no " + encryptionFlag}}))
}

// judgeCluster judges whether Secrets come from a store outside.
func (r *round) judgeCluster() {
	ref := model.ClusterRef()
	in := r.stores > 0 || r.users == 0
	for _, gk := range external {
		in = in || r.c.Len(gk) > 0
	}
	if in {
		r.stand(ref, asCluster)
		return
	}
	names := make([]string, len(external))
	for i, gk := range external {
		names[i] = gk.Kind
	}
	line := model.Evidence{Object: ref, Value: "no " + strings.Join(names, ", ") + " is there"}
	r.stand(ref, asCluster, doubt(r.finding("SE06", model.Medium, ref, []model.Evidence{line}), model.Unknown, unseen(r.c, "", external...)))
}
