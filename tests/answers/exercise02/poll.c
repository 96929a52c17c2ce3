/* Exercise 2 in C: one client after another, and poll(2) before each call that might wait. */

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REPLY "问题正在处理中...\n"
#define REPLY_LENGTH (sizeof REPLY - 1)
#define MAX_REQUEST (1 << 20)

/* The reply, with room for the longest request behind it, and for one byte more. */
static char message[REPLY_LENGTH + MAX_REQUEST + 1] = REPLY;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

/* Waits until the connection is ready; -1 with ETIMEDOUT when the deadline is over. */
static int wait_for(int connection, short events, double deadline) {
    struct pollfd ready = {.fd = connection, .events = events};
    double left = deadline - now();
    int count = left <= 0 ? 0 : poll(&ready, 1, (int)(left * 1000) + 1);
    if (count == 0) errno = ETIMEDOUT;
    return count > 0 ? 0 : -1;
}

/* Reads to the end of the request; -1 is an error. */
static ssize_t read_request(int connection, char *request, double deadline) {
    size_t length = 0;
    while (length <= MAX_REQUEST) {
        if (wait_for(connection, POLLIN, deadline) < 0) return -1;
        ssize_t count = read(connection, request + length, MAX_REQUEST + 1 - length);
        if (count < 0) return -1;
        if (count == 0) return length;
        length += count;
    }
    errno = EMSGSIZE;
    return -1;
}

static int send_all(int connection, const char *bytes, size_t length, double deadline) {
    while (length > 0) {
        if (wait_for(connection, POLLOUT, deadline) < 0) return -1;
        ssize_t count = send(connection, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN) return -1;
        if (count > 0) bytes += count, length -= count;
    }
    return 0;
}

/* UTF-8 as RFC 3629 has it: the shortest form, no surrogates, nothing beyond U+10FFFF. */
static int is_text(const unsigned char *at, size_t length) {
    const unsigned char *end = at + length;
    while (at < end) {
        unsigned char first = *at++;
        int more = first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
        if (more < 0 || end - at < more) return 0;
        if (more > 0) {
            unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
            unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
            if (*at < low || *at > high) return 0;
        }
        while (more-- > 0)
            if ((*at++ & 0xc0) != 0x80) return 0;
    }
    return 1;
}

static void serve(int connection, const char *client, double limit) {
    double deadline = now() + limit;
    char *request = message + REPLY_LENGTH;
    ssize_t length = read_request(connection, request, deadline);
    const char *why = NULL;
    if (length < 0)
        why = strerror(errno);
    else if (length == 0)
        why = "it is empty";
    else if (!is_text((unsigned char *)request, length))
        why = "it is not UTF-8";
    if (why)
        fprintf(stderr, "error: the request of %s is refused: %s\n", client, why);
    else if (send_all(connection, message, REPLY_LENGTH + length, deadline) < 0)
        fprintf(stderr, "error: cannot reply to %s: %s\n", client, strerror(errno));
}

/* Takes ADDRESS:PORT apart, the address of IPv6 in brackets. */
static socklen_t parse(char *text, struct sockaddr_storage *address) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
    char *colon = strrchr(text, ':');
    if (!colon) return 0;
    *colon = 0;
    in_port_t port = htons(atoi(colon + 1));
    if (text[0] == '[' && colon[-1] == ']') {
        colon[-1] = 0;
        *v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = port};
        return inet_pton(AF_INET6, text + 1, &v6->sin6_addr) == 1 ? sizeof *v6 : 0;
    }
    *v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = port};
    return inet_pton(AF_INET, text, &v4->sin_addr) == 1 ? sizeof *v4 : 0;
}

static const char *name_of(const struct sockaddr_storage *address, char *name, size_t size) {
    char ip[INET6_ADDRSTRLEN];
    if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
        inet_ntop(AF_INET6, &v6->sin6_addr, ip, sizeof ip);
        snprintf(name, size, "[%s]:%d", ip, ntohs(v6->sin6_port));
    } else {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
        inet_ntop(AF_INET, &v4->sin_addr, ip, sizeof ip);
        snprintf(name, size, "%s:%d", ip, ntohs(v4->sin_port));
    }
    return name;
}

int main(int count, char **words) {
    char place[64] = "127.0.0.1:9090", name[80];
    double limit = 10;
    for (int at = 1; at < count; at++) {
        if (strcmp(words[at], "--help") == 0) {
            puts("Serves one client after another: poll [--time-limit SECONDS] [ADDRESS:PORT]");
            return 0;
        }
        if (strcmp(words[at], "--time-limit") == 0 && at + 1 < count)
            limit = atof(words[++at]);
        else
            snprintf(place, sizeof place, "%s", words[at]);
    }
    struct sockaddr_storage address;
    socklen_t length = parse(place, &address);
    if (length == 0) {
        fprintf(stderr, "error: no address with a port: %s\n", place);
        return 2;
    }
    int listener = socket(address.ss_family, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 128) < 0) {
        fprintf(stderr, "error: cannot listen: %s\n", strerror(errno));
        return 1;
    }
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("listening on %s\n", name_of(&address, name, sizeof name));
    fflush(stdout);
    for (;;) {
        struct sockaddr_storage client;
        length = sizeof client;
        int connection = accept(listener, (struct sockaddr *)&client, &length);
        if (connection < 0) {
            fprintf(stderr, "error: cannot accept a client: %s\n", strerror(errno));
            poll(NULL, 0, 100);
            continue;
        }
        serve(connection, name_of(&client, name, sizeof name), limit);
        close(connection);
    }
}
