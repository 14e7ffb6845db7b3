// Package rbac answers what the RBAC objects of a cluster grant, exactly as the API server's authorizer does
// (plugin/pkg/auth/authorizer/rbac and pkg/registry/rbac/validation), and through what: binding, subject, role, rule.
//
// It keeps an index of bindings by subject and by namespace, and updates it with every change. Answers are worked out when
// they are asked for. It knows what RBAC objects say and no more: other authorizers are told as a reason.
//
// That it is exact is shown by the tables of Kubernetes' own tests (testdata), by a slow reference, by the library that the
// API server judges grants with, and by questions and requests to a real API server.
package rbac
