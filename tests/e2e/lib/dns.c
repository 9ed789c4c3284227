// Loaded into workerd by dns.mjs: names below TOOLGATE_DNS_SUFFIX resolve to 127.0.0.1, as an
// attacker's name server would have it. Every other name is looked up as ever.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

typedef int (*lookup)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static int ends_with(const char *text, const char *end) {
  size_t length = strlen(text), wanted = strlen(end);
  return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out) {
  lookup next = (lookup)dlsym(RTLD_NEXT, "getaddrinfo");
  const char *suffix = getenv("TOOLGATE_DNS_SUFFIX");
  if (node && suffix && ends_with(node, suffix)) node = "127.0.0.1";
  return next(node, service, hints, out);
}
