/* Exercise 4 in C: all clients in one thread, and one poll(2) that waits for all of them. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REPLY "问题正在处理中... "
#define REPLY_LENGTH (sizeof REPLY - 1)
#define MAX_LINE (64 << 10)
#define CHUNK (16 << 10)
#define MAX_CLIENTS 1024

/* Seconds: how long clients have after Ctrl-C, how long a client that is refused is listened to, and how
   long the server waits after a failed accept. */
#define GRACE 1.3
#define LINGER 0.5
#define PAUSE 0.2

struct client {
    int connection;
    char name[80];
    /* What came after the last newline. */
    char held[MAX_LINE + CHUNK];
    size_t held_length;
    /* Replies that are not sent yet. While there are any, nothing is read. */
    char *replies;
    size_t begin, end;
    int has_finished, is_refused, is_closing;
    double closes_at;
};

static struct client *clients[MAX_CLIENTS];
static int count;
static int stop[2];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void on_signal(int number) {
    (void)number;
    ssize_t written = write(stop[1], "!", 1);
    (void)written;
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

static void refuse(struct client *it, const char *why) {
    fprintf(stderr, "error: no more replies for %s: %s\n", it->name, why);
    it->is_refused = 1;
    it->held_length = 0;
}

static void answer(struct client *it, const char *line, size_t length) {
    if (it->is_refused) return;
    if (length > MAX_LINE) return refuse(it, "its line is too long");
    if (!is_text((const unsigned char *)line, length)) return refuse(it, "its line is not UTF-8");
    size_t wanted = it->end + REPLY_LENGTH + length + 1;
    char *replies = realloc(it->replies, wanted);
    if (!replies) return refuse(it, strerror(errno));
    it->replies = replies;
    memcpy(replies + it->end, REPLY, REPLY_LENGTH);
    memcpy(replies + it->end + REPLY_LENGTH, line, length);
    replies[wanted - 1] = '\n';
    it->end = wanted;
}

/* Answers the lines that are complete, and keeps the rest. */
static void take(struct client *it, size_t length) {
    char *at = it->held, *end = it->held + it->held_length + length, *newline;
    while ((newline = memchr(at, '\n', end - at))) {
        answer(it, at, newline - at);
        at = newline + 1;
    }
    it->held_length = end - at;
    memmove(it->held, at, it->held_length);
    if (it->held_length > MAX_LINE && !it->is_refused) refuse(it, "its line is too long");
    if (it->is_refused) it->held_length = 0;
}

/* Reads a chunk, if there is one. 0: there was none. */
static int receive(struct client *it, int is_stopping) {
    ssize_t length = recv(it->connection, it->held + it->held_length, CHUNK, MSG_DONTWAIT);
    if (length > 0) {
        if (!it->is_closing) take(it, length);
        return 1;
    }
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (length < 0 && !it->is_refused) refuse(it, strerror(errno));
    /* A last line without its newline; but after Ctrl-C its rest may only not have come yet. */
    if (length == 0 && it->held_length > 0 && !it->has_finished && !is_stopping) {
        answer(it, it->held, it->held_length);
        it->held_length = 0;
    }
    it->has_finished = 1;
    return 1;
}

static void send_replies(struct client *it) {
    ssize_t sent = send(it->connection, it->replies + it->begin, it->end - it->begin, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        if (!it->is_refused) refuse(it, strerror(errno));
        it->has_finished = 1;
        it->begin = it->end;
    }
    if (sent > 0) it->begin += sent;
    if (it->begin == it->end) {
        free(it->replies);
        it->replies = NULL;
        it->begin = it->end = 0;
    }
}

static void forget(int at) {
    close(clients[at]->connection);
    free(clients[at]->replies);
    free(clients[at]);
    clients[at] = clients[--count];
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

/* Accepts one client; -1 is an error of the machine. */
static int accept_client(int listener) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    int connection = accept(listener, (struct sockaddr *)&address, &length);
    if (connection < 0)
        return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED ? 0 : -1;
    struct client *it = calloc(1, sizeof *it);
    if (!it) {
        close(connection);
        return -1;
    }
    it->connection = connection;
    name_of(&address, it->name, sizeof it->name);
    clients[count++] = it;
    return 0;
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

static int listen_at(char *place) {
    struct sockaddr_storage address;
    socklen_t length = parse(place, &address);
    if (length == 0) {
        fprintf(stderr, "error: no address with a port: %s\n", place);
        exit(2);
    }
    int listener = socket(address.ss_family, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 128) < 0) {
        fprintf(stderr, "error: cannot listen: %s\n", strerror(errno));
        exit(1);
    }
    fcntl(listener, F_SETFL, O_NONBLOCK);
    getsockname(listener, (struct sockaddr *)&address, &length);
    char name[80];
    printf("listening on %s\n", name_of(&address, name, sizeof name));
    fflush(stdout);
    return listener;
}

/* Does what is due for a client; 0: there is nothing more to do for it. */
static int look_after(struct client *it, int is_stopping) {
    if (it->end > it->begin) send_replies(it);
    /* After Ctrl-C all that has arrived, otherwise a chunk at a time. */
    int has_read = 0;
    while (it->end == it->begin && !it->has_finished && (has_read = receive(it, is_stopping))) {
        if (it->end > it->begin) send_replies(it);
        if (!is_stopping) break;
    }
    if (it->end > it->begin) return 1;
    int is_over = it->has_finished || it->is_refused || (is_stopping && !has_read);
    if (!is_over) return 1;
    if (!it->is_closing) {
        /* Closing with unread input is a reset, which destroys replies: so what still comes is read. */
        shutdown(it->connection, SHUT_WR);
        it->is_closing = 1;
        it->closes_at = now() + LINGER;
    }
    return !it->has_finished && !is_stopping && now() < it->closes_at;
}

int main(int argc, char **words) {
    char place[64] = "127.0.0.1:9090";
    if (argc > 1 && strcmp(words[1], "--help") == 0) {
        puts("Serves many clients, line by line: poll [ADDRESS:PORT]");
        return 0;
    }
    if (argc > 1) snprintf(place, sizeof place, "%s", words[1]);
    if (pipe(stop) < 0) return 1;
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    int listener = listen_at(place);
    double ends_at = 0, accepts_at = 0;
    static struct pollfd ready[MAX_CLIENTS + 2];
    while (ends_at == 0 || (count > 0 && now() < ends_at)) {
        int is_stopping = ends_at > 0, wait = is_stopping ? 20 : -1;
        ready[0] = (struct pollfd){.fd = is_stopping ? -1 : stop[0], .events = POLLIN};
        int pauses = now() < accepts_at || count == MAX_CLIENTS;
        ready[1] = (struct pollfd){.fd = is_stopping || pauses ? -1 : listener, .events = POLLIN};
        if (pauses) wait = 20;
        for (int at = 0; at < count; at++) {
            struct client *it = clients[at];
            short events = it->end > it->begin ? POLLOUT : POLLIN;
            ready[2 + at] = (struct pollfd){.fd = it->connection, .events = events};
            if (it->is_closing && !is_stopping) wait = 20;
        }
        int polled = count;
        poll(ready, 2 + polled, wait);
        if (!is_stopping && ready[0].revents) {
            close(listener);
            ends_at = now() + GRACE;
            is_stopping = 1;
        }
        /* From the last, since the last takes the place of one that is forgotten. */
        for (int at = polled - 1; at >= 0; at--)
            if ((is_stopping || ready[2 + at].revents || clients[at]->is_closing) && !look_after(clients[at], is_stopping))
                forget(at);
        if (!is_stopping && ready[1].revents && accept_client(listener) < 0) {
            fprintf(stderr, "error: cannot accept a client: %s\n", strerror(errno));
            accepts_at = now() + PAUSE;
        }
    }
    return 0;
}
