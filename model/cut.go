package model

// What cuts of attack paths do to their object.
const (
	// CutBinding takes all that a binding gives.
	CutBinding = "delete the binding"
	// CutToken keeps the token of its account out of a workload.
	CutToken = "do not mount the token"
	// CutEscapes leaves nothing in the template of a workload that leads to its node.
	CutEscapes = "close the ways out of its containers"
	// CutWay ends what leads in from outside by a Service, an Ingress or a route.
	CutWay = "close this way in"
	// CutRole takes what is dangerous out of a role.
	CutRole = "take the rules out of the role"
	// CutLevel has a namespace refuse pods that lead to their node.
	CutLevel = "label it pod-security.kubernetes.io/enforce=baseline"
)
